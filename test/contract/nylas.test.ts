/** Role: Nylas's promises, in simulated applications and, where one is named, in a real sandbox. */
import { afterAll, beforeAll, describe } from 'vitest';
import {
  allNylasModes,
  coveringNylasModes,
  type NylasMode,
} from '../../src/local/simulators/nylas-modes.ts';
import { startContractCloud, type ContractCloud } from '../support/contract-cloud.ts';
import type { NylasSurroundings } from '../support/contract-nylas.ts';
import { realNylas } from '../support/contract-real.ts';
import { contractHookMs } from '../support/contract-run.ts';
import { contractSettings, whyNotReal } from '../support/contract-settings.ts';
import { simulatedApplication } from '../support/contract-simulated.ts';
import { describeNylasProbes } from './probes/nylas-probes.ts';
import { describeNylasHands } from './suites/nylas-hands.ts';
import { describeNylasContract } from './suites/nylas.ts';

let cloud: ContractCloud;

beforeAll(async () => {
  cloud = await startContractCloud();
}, contractHookMs);

afterAll(() => cloud.stop());

const modes = coveringNylasModes().map((mode, index) => [index, mode] as const);

describe.each(modes)('a simulated application in mode %i', (_, mode: NylasMode) => {
  let application: NylasSurroundings;
  beforeAll(() => {
    application = simulatedApplication(cloud, mode);
  });
  describeNylasContract(() => application);
});

describe('a simulated application', () => {
  const [mode] = allNylasModes();
  if (mode === undefined) throw new Error('no mode');
  describeNylasHands(() => simulatedApplication(cloud, mode));
});

const whyNot = whyNotReal('nylas', process.env);
const settings = contractSettings(process.env).nylas;

describe.skipIf(whyNot !== undefined)(`a real application: ${whyNot ?? 'named'}`, () => {
  let application: NylasSurroundings;
  beforeAll(async () => {
    application = await realNylas(process.env);
  }, contractHookMs);
  // First: the suite writes to the record that a grant lives on.
  describeNylasProbes(() => application, {
    asked: settings?.probes ?? [1, 2, 3, 4, 5, 6, 7, 8],
    hasGrant: settings?.grant !== undefined,
    print: (table) => console.log(table),
  });
  describeNylasContract(() => application);
});
