/** Role: Key Vault's promises, in a simulated vault and, where one is named, in a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startContractCloud } from '../support/contract-cloud.ts';
import { realVault } from '../support/contract-real.ts';
import { contractHookMs } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { vaultIn } from '../support/contract-simulated.ts';
import type { VaultSurroundings } from '../support/contract-vault.ts';
import { describeKeyVaultHands, type SimulatedVaultHands } from './suites/key-vault-hands.ts';
import { describeKeyVaultContract } from './suites/key-vault.ts';

describe('a simulated vault', () => {
  let vault: SimulatedVaultHands;
  beforeAll(async () => {
    vault = vaultIn(await startContractCloud());
  }, contractHookMs);
  afterAll(() => vault.cloud.stop());
  describeKeyVaultContract(() => vault);
  describeKeyVaultHands(() => vault);
});

const whyNot = whyNotReal('key-vault', process.env);

describe.skipIf(whyNot !== undefined)(`a real vault: ${whyNot ?? 'named'}`, () => {
  let vault: VaultSurroundings;
  beforeAll(async () => {
    vault = await realVault(process.env);
  }, contractHookMs);
  describeKeyVaultContract(() => vault);
});
