/**
 * Role: a new build is deployed while a rotation is under way, and taken back while the same rotation is
 * still under way; and two builds work side by side. Nothing is done twice, and nobody notices.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../support/keeper-process.ts';
import { setUpgradeStage, type UpgradeStage } from '../support/upgrade-stage.ts';

let folder: string;
let stage: UpgradeStage;
let older: string;
let newer: string;
/** Key ids of each registration's secrets, before Keeper came. */
let atFirst: ReadonlyMap<string, readonly string[]>;
let isSettled: boolean;

/** A new tenant, brought in order by two builds side by side. */
beforeAll(async () => {
  folder = newFolder();
  stage = await setUpgradeStage(folder, 11);
  const ids = stage.backdrop.desired.registrations.map(({ id }) => id);
  atFirst = new Map(ids.map((id) => [id, keyIdsOf(id)]));
  older = await stage.build('older');
  newer = await stage.build('newer');
  const hosts = [await stage.start(older), await stage.start(newer)];
  isSettled = await stage.settle(...hosts);
  for (const host of hosts) {
    host.kill();
    await host.ended;
  }
}, 600_000);

afterAll(async () => {
  await stage?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Key ids of a registration's secrets. */
function keyIdsOf(registration: string): readonly string[] {
  return stage.passwordsOf(registration).map(({ keyId }) => keyId);
}

/** Nobody was without a working secret, the log holds, and nothing was left half done. */
async function expectWhole(): Promise<void> {
  const { outageSeconds, verified, underWay } = await stage.whole();
  expect(outageSeconds).toBe(0);
  expect(verified.length).toBe(stage.backdrop.desired.registrations.length);
  expect(verified).not.toContain(false);
  expect(underWay).toEqual([]);
}

/** One new secret came, it serves, and every connector holds it. */
async function expectOneNew(registration: string, before: readonly string[]): Promise<void> {
  const added = keyIdsOf(registration).filter((keyId) => !before.includes(keyId));
  expect(added, registration).toHaveLength(1);
  const { serving, atConnectors } = await stage.told(registration);
  expect(serving).toBe(added[0]);
  expect(new Set(atConnectors)).toEqual(new Set(added));
}

describe('two builds side by side', () => {
  it('make each secret once, and write one log', async () => {
    expect(isSettled).toBe(true);
    await expectWhole();
    const builds = new Set<string>();
    let made = 0;
    for (const [id, keyIds] of atFirst) {
      const added = keyIdsOf(id).filter((keyId) => !keyIds.includes(keyId));
      expect(added.length, id).toBeLessThan(2);
      made += added.length;
      for (const build of (await stage.told(id)).builds) builds.add(build);
    }
    expect(made).toBeGreaterThan(1);
    expect(builds).toEqual(new Set(['older', 'newer']));
  });
});

describe('a deployment in the middle of a rotation', { timeout: 600_000 }, () => {
  it('changes nothing about it, nor does taking it back', async () => {
    const before = keyIdsOf('calendar');

    // The older build is gone the moment that the vault has the new secret's text.
    const first = await stage.start(older);
    await stage.age('calendar', first);
    await stage.liveUntil(first, 'store-credential');
    const stored = keyIdsOf('calendar');
    expect(stored).toHaveLength(before.length + 1);

    // The newer one goes on, and is gone the moment that a connector has it.
    await stage.liveUntil(await stage.start(newer), 'push-credential');
    expect(keyIdsOf('calendar')).toEqual(stored);

    // The older one is back, and finishes what the newer one had begun.
    const host = await stage.start(older);
    expect(await stage.settle(host)).toBe(true);
    host.kill();
    await host.ended;

    await expectOneNew('calendar', before);
    await expectWhole();
    const { builds } = await stage.told('calendar');
    expect(builds.slice(-3)).toEqual(['older', 'newer', 'older']);
  });
});
