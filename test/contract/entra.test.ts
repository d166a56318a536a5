/** Role: The token endpoint's promises, in a simulated tenant and, where one is named, in a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startContractCloud } from '../support/contract-cloud.ts';
import { realTenant } from '../support/contract-real.ts';
import { contractHookMs } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { tenantIn } from '../support/contract-simulated.ts';
import type { DirectorySurroundings } from '../support/contract-directory.ts';
import { describeEntraHands } from './suites/entra-hands.ts';
import type { SimulatedTenant } from './suites/graph-hands.ts';
import { describeEntraContract } from './suites/entra.ts';

describe('a simulated tenant', () => {
  let tenant: SimulatedTenant;
  beforeAll(async () => {
    tenant = tenantIn(await startContractCloud());
  }, contractHookMs);
  afterAll(() => tenant.cloud.stop());
  describeEntraContract(() => tenant);
  describeEntraHands(() => tenant);
});

const whyNot = whyNotReal('entra', process.env);

describe.skipIf(whyNot !== undefined)(`a real tenant: ${whyNot ?? 'named'}`, () => {
  let tenant: DirectorySurroundings;
  beforeAll(async () => {
    tenant = await realTenant(process.env);
  }, contractHookMs);
  describeEntraContract(() => tenant);
});
