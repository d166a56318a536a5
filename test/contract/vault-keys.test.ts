/** Role: the promises of keys in Key Vault, in a simulated vault and, where one is named, in a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startContractCloud } from '../support/contract-cloud.ts';
import type { KeySurroundings } from '../support/contract-keys.ts';
import { realKey } from '../support/contract-real.ts';
import { contractHookMs } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { keyIn } from '../support/contract-simulated.ts';
import { describeVaultKeysHands, type SimulatedKeyHands } from './suites/vault-keys-hands.ts';
import { describeVaultKeysContract } from './suites/vault-keys.ts';

describe('a key in a simulated vault', () => {
  let key: SimulatedKeyHands;
  beforeAll(async () => {
    key = keyIn(await startContractCloud());
  }, contractHookMs);
  afterAll(() => key.cloud.stop());
  describeVaultKeysContract(() => key);
  describeVaultKeysHands(() => key);
});

const whyNot = whyNotReal('vault-keys', process.env);

describe.skipIf(whyNot !== undefined)(`a key in a real vault: ${whyNot ?? 'named'}`, () => {
  let key: KeySurroundings;
  beforeAll(async () => {
    key = await realKey(process.env);
  }, contractHookMs);
  describeVaultKeysContract(() => key);
});
