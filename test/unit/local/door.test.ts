import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/local/clock.ts';
import {
  cloudHosts,
  keeperIdentity,
  simulatedCloud,
  type Cloud,
} from '../../../src/local/cloud.ts';
import { openDoor, type Door } from '../../../src/local/door.ts';
import { people } from '../../../src/local/people.ts';
import { ConnectionCut } from '../../../src/local/simulators/simulator.ts';

const startAt = Date.parse('2026-01-05T08:00:00Z');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-door-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A cloud of one seed, behind a door with a journal in the folder. */
function behindDoor(): { cloud: Cloud; door: Door; clock: ReturnType<typeof simulatedClock> } {
  const clock = simulatedClock(startAt, () => 0);
  const cloud = simulatedCloud({
    clock,
    seed: 5,
    faults: 'heavy',
    untilAt: startAt + 1e10,
    machineNow: () => 0,
  });
  const persons = people({
    cloud,
    now: () => clock.now(),
    connectors: [],
    clientIdOf: () => cloud.directory.applications()[0]?.appId,
  });
  const journal = join(folder, 'cloud.jsonl');
  const door = openDoor({
    clock,
    machineNow: () => 0,
    cloud: () => cloud,
    people: () => persons,
    journal,
  });
  return { cloud, door, clock };
}

async function graph(
  door: Door,
  cloud: Cloud,
  method: string,
  path: string,
  body?: object,
): Promise<void> {
  const token = cloud.directory.tokenFor(keeperIdentity.principalId, `https://${cloudHosts.graph}`);
  try {
    await door.fetch(
      new Request(`https://${cloudHosts.graph}/v1.0${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConnectionCut)) throw error;
  }
}

/** What the directory holds, secret texts and instants included. */
function truth(cloud: Cloud): string {
  return JSON.stringify(cloud.directory.applications());
}

async function live({ cloud, door, clock }: ReturnType<typeof behindDoor>): Promise<void> {
  for (let index = 0; index < 40; index += 1) {
    await graph(door, cloud, 'POST', '/applications', { displayName: `App ${index}` });
    const id = cloud.directory.applications().at(-1)?.id ?? 'none';
    await graph(door, cloud, 'POST', `/applications/${id}/addPassword`, {
      passwordCredential: { displayName: 'x' },
    });
    await graph(door, cloud, 'GET', `/applications/${id}`);
    clock.advance(3_600_000);
  }
}

describe('openDoor()', () => {
  it('makes the same world again from its journal, faults and all', async () => {
    const first = behindDoor();
    await live(first);
    first.door.close();
    expect(first.cloud.directory.applications().length).toBeGreaterThan(20);

    const second = behindDoor();
    // Tokens are drawn from the same generator: ask for them as the first run did.
    for (let index = 0; index < 120; index += 1) {
      second.cloud.directory.tokenFor(keeperIdentity.principalId, `https://${cloudHosts.graph}`);
    }
    const replayed = await second.door.replay();
    expect(replayed).toBe(120);
    expect(truth(second.cloud)).toBe(truth(first.cloud));
    expect(second.clock.now()).toBeGreaterThan(first.clock.now() - 3_600_001);
  });

  it('passes over a last line that a kill cut off', async () => {
    const first = behindDoor();
    await live(first);
    first.door.close();
    const journal = join(folder, 'cloud.jsonl');
    truncateSync(journal, readFileSync(journal).length - 20);
    expect(await behindDoor().door.replay()).toBe(119);
  });
});
