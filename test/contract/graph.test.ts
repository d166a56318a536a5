/** Role: Graph's promises, in a simulated tenant and, where one is named, in a real one. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startContractCloud } from '../support/contract-cloud.ts';
import { realTenant } from '../support/contract-real.ts';
import { contractHookMs } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { tenantIn } from '../support/contract-simulated.ts';
import type { DirectorySurroundings } from '../support/contract-directory.ts';
import { describeGraphHands, type SimulatedTenant } from './suites/graph-hands.ts';
import { describeGraphContract } from './suites/graph.ts';

describe('a simulated tenant', () => {
  let tenant: SimulatedTenant;
  beforeAll(async () => {
    tenant = tenantIn(await startContractCloud());
  }, contractHookMs);
  afterAll(() => tenant.cloud.stop());
  describeGraphContract(() => tenant);
  describeGraphHands(() => tenant);
});

const whyNot = whyNotReal('graph', process.env);

describe.skipIf(whyNot !== undefined)(`a real tenant: ${whyNot ?? 'named'}`, () => {
  let tenant: DirectorySurroundings;
  beforeAll(async () => {
    tenant = await realTenant(process.env);
  }, contractHookMs);
  describeGraphContract(() => tenant);
});
