/**
 * Makes the simulated cloud with its tenant and its door. The same memento makes the same cloud, so
 * that one which then goes through the journal of an earlier run is the cloud of that run.
 */
import { sha256 } from '../audit/canonical.ts';
import type { ChainStore } from '../audit/chain-store.ts';
import { parseDesired } from '../config/desired-file.ts';
import { describeErrors } from '../config/finding.ts';
import type { Desired } from '../core/desired.ts';
import type { SimulatedClock } from './clock.ts';
import { simulatedCloud, type Cloud } from './cloud.ts';
import { prepareDemo, type DemoTenant } from './demo-tenant.ts';
import { openDoor, type Door } from './door.ts';
import type { Memento } from './memento.ts';
import { prepareOwn } from './own-tenant.ts';
import { people } from './people.ts';
import type { Room } from './room.ts';

/** The key of the demonstration's vault that checkpoints are signed with. The seed makes it. */
export const checkpointKey = 'keeper-checkpoint';

/** A `keeper.yaml` of the caller's. */
export interface OwnFile {
  readonly text: string;
  readonly desired: Desired;
}

export interface Making {
  readonly memento: Memento;
  readonly clock: SimulatedClock;
  /** Where the demonstration's past is written. */
  readonly chains: ChainStore;
  readonly own: OwnFile | undefined;
  /** Path of the journal; without it nothing is written. */
  readonly journal?: string;
  /** Where the journal is. */
  readonly room?: Room;
}

export interface MadeCloud {
  readonly cloud: Cloud;
  readonly door: Door;
  /** The `keeper.yaml` that Keeper keeps to. */
  readonly text: string;
}

/** Makes it, as it was before the first request. */
export async function makeCloud(making: Making): Promise<MadeCloud> {
  const { memento, clock, own, journal, room } = making;
  const { seed, faults, untilAt } = memento;
  const door: Door = openDoor({
    clock,
    machineNow: Date.now,
    cloud: () => cloud,
    people: () => persons,
    ...(journal === undefined ? {} : { journal }),
    ...(room === undefined ? {} : { room }),
  });
  const cloud = simulatedCloud({
    clock,
    seed,
    faults,
    untilAt,
    machineNow: () => door.machineNow(),
  });
  cloud.vault.createKeyByHand(checkpointKey);
  const { text: madeFor, tenant } = await makeTenant(cloud, making);
  const text = own?.text ?? madeFor;
  const persons = people({
    cloud,
    now: () => clock.now(),
    connectors: tenant.connectors,
    clientIdOf: (name) =>
      cloud.directory.applications().find((one) => one.displayName === nameOf(text, name))?.appId,
  });
  return { cloud, door, text };
}

/** The tenant and the file that it was made for: an earlier run's, when there was one. */
async function makeTenant(
  cloud: Cloud,
  { memento, own, chains }: Making,
): Promise<{ text: string; tenant: DemoTenant }> {
  const { file, isDemo, startAt } = memento;
  if (file !== undefined && isDemo !== true) {
    return { text: file, tenant: prepareOwn(cloud, parsedFile(file)) };
  }
  if (file === undefined && own) {
    return { text: own.text, tenant: prepareOwn(cloud, own.desired) };
  }
  const demo = await prepareDemo({
    cloud,
    now: startAt,
    // The storage of an earlier run holds the demonstration's past already.
    chains: file === undefined ? chains : forgetful,
  });
  return { text: demo.file, tenant: demo.tenant };
}

/** Takes every line and keeps none. */
const forgetful: ChainStore = {
  readTail: async (_registration, end) => ({ ok: true, value: { text: '', end, storageAt: 0 } }),
  append: async (_registration, end) => ({ ok: true, value: { kind: 'appended', end } }),
  list: async () => ({ ok: true, value: [] }),
};

function nameOf(text: string, id: string): string | undefined {
  return parsedFile(text).registrations.find((one) => one.id === id)?.displayName;
}

/** A file that was found good before. @throws Error when it is not. */
export function parsedFile(text: string): Desired {
  const read = parseDesired(text, sha256(text));
  if (read.ok) return read.desired;
  throw new Error(`The tenant's file is faulty:\n${describeErrors('keeper.yaml', read.errors)}`);
}
