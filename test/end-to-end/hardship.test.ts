/**
 * Role: hardship for the deployed bundle, with the real libraries and a real storage service: it is
 * killed, doubled, loses its storage for a while, and hangs on dead lines. A short set;
 * `npm run rounds` plays many more kills. The trials run side by side: most of their time is waiting.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, it } from 'vitest';
import { seededRandom } from '../../src/local/simulators/random.ts';
import type { RoundPlan } from '../rounds/round.ts';
import { playRound } from '../rounds/round.ts';
import type { RemoteHost } from '../rounds/remote-host.ts';
import { openTheatre, type Theatre, type TheatreOptions } from '../rounds/theatre.ts';
import { violationsIn } from '../rounds/violations.ts';
import { storedAt } from '../support/data-folder.ts';
import { endKeepers, newFolder } from '../support/keeper-process.ts';
import { linesInTurn, type Line } from '../support/tcp-proxy.ts';

const opened: Theatre[] = [];

afterAll(async () => {
  for (const one of opened.splice(0)) await one.stop();
  await endKeepers();
});

async function theatreWith(options: Omit<TheatreOptions, 'folder'>): Promise<Theatre> {
  const theatre = await openTheatre({ folder: newFolder(), ...options });
  opened.push(theatre);
  return theatre;
}

/** Kills in the middle of all that a credential goes through in its life. */
const rounds: readonly RoundPlan[] = [
  {
    stir: 'creation',
    moments: [{ kind: 'deed', deed: 'add-credential', phase: 'done', nth: 1 }],
  },
  {
    stir: 'planned-rotation',
    moments: [{ kind: 'deed', deed: 'promote-credential', phase: 'done', nth: 1 }],
  },
  {
    stir: 'retire',
    moments: [{ kind: 'deed', deed: 'remove-credential', phase: 'done', nth: 1 }],
  },
  {
    stir: 'compromised',
    moments: [{ kind: 'deed', deed: 'push-credential', phase: 'answered', nth: 1 }],
  },
  {
    stir: 'rotate',
    moments: [{ kind: 'deed', deed: 'store-credential', phase: 'sent', nth: 1 }],
  },
  { stir: 'retire', moments: [{ kind: 'deed', deed: 'save-state', phase: 'sent', nth: 1 }] },
];

describe.concurrent('the deployed bundle', { timeout: 300_000 }, () => {
  it('comes to a good end each time when it is killed in the middle of its work', async ({
    expect,
  }) => {
    const theatre = await theatreWith({ seed: 11, faults: 'some' });
    const random = seededRandom('hardship');
    let host: RemoteHost | undefined;
    const kills: string[] = [];
    for (const plan of rounds) {
      const played = await playRound(theatre, { plan, random, ...(host ? { host } : {}) });
      ({ host } = played);
      kills.push(...played.result.kills);
      expect(played.result.violations, JSON.stringify(played.result)).toEqual([]);
    }
    // A kill that came too late would have tried nothing.
    expect(kills).toHaveLength(rounds.length);
    expect(kills).not.toContain('at rest');
  });

  it('makes nothing twice when two of it work on the same tenant', async ({ expect }) => {
    const theatre = await theatreWith({ seed: 12, faults: 'heavy' });
    const hosts = await Promise.all([theatre.startHost(), theatre.startHost()]);
    expect(await theatre.settle(...hosts)).toBe(true);
    expect(await violationsIn(theatre)).toEqual([]);
    const { chains } = await storedAt(theatre.backdrop.azurite.connectionString);
    const workers = [...chains.values()]
      .flat()
      .flatMap((one) => (one.kind === 'intent' ? [one.worker] : []));
    expect(new Set(workers)).toEqual(
      new Set(['crashed-worker', 'demonstration', 'host-1', 'host-2']),
    );
    // They met: one was too late on a chain, and stopped.
    const output = hosts.flatMap((one) => one.output()).map(([, text]) => text);
    expect(output.join('\n')).toContain('"stopped":"moved"');
  });

  it('goes on by itself when its storage was away in the middle of a rotation', async ({
    expect,
  }) => {
    const theatre = await theatreWith({ seed: 13, faults: 'none' });
    const { azurite } = theatre.backdrop;
    const host = await theatre.startHost();
    const isAway = Promise.withResolvers<void>();
    theatre.onHappening = ({ deed, phase }) => {
      if (deed !== 'add-credential' || phase !== 'done') return;
      theatre.onHappening = undefined;
      isAway.resolve(azurite.stop());
    };
    const settled = theatre.settle(host);
    await isAway.promise;
    await pause(1_500);
    await azurite.startAgain();
    expect(await settled).toBe(true);
    expect(host.isRunning()).toBe(true);
    expect(await violationsIn(theatre)).toEqual([]);
  });

  it('ends each call on a line that is slow, deaf, half open or reset, and goes on', async ({
    expect,
  }) => {
    const theatre = await theatreWith({
      seed: 14,
      faults: 'none',
      flows: true,
      taking: { visibilitySeconds: 120, batchMessages: 1 },
      lines: { vendors: linesInTurn(vendorTroubles), blobs: linesInTurn(blobTroubles) },
    });
    const hosts = await Promise.all([theatre.startHost(), theatre.startHost()]);
    expect(await theatre.settle(...hosts)).toBe(true);
    expect(await violationsIn(theatre)).toEqual([]);
    const { vendors, blobs } = theatre.proxies;
    expect(vendors.lines).toMatchObject({ mute: 1, stall: 1, reset: 3 });
    expect(blobs.lines).toMatchObject({ stall: 1, reset: 2 });
    // The library never lets go of a line to the identity endpoint; that call ends all the same.
    const [, ...dead] = [...vendors.deadLines, ...blobs.deadLines];
    for (const { kind, waitedMs } of dead) {
      // One call takes 30 s at the most (src/clients/limits.ts).
      expect(waitedMs, kind).toBeLessThan(32_000);
    }
  });
});

/** The first line of a host is the one to its identity endpoint: nothing goes on without a token. */
const vendorTroubles: readonly Line[] = [
  { kind: 'mute' },
  { kind: 'slow', delayMs: 5 },
  { kind: 'stall', afterBytes: 4_000 },
  { kind: 'reset', afterBytes: 2_500 },
  { kind: 'slow', delayMs: 5 },
  { kind: 'reset', afterBytes: 6_000 },
  { kind: 'slow', delayMs: 5 },
  { kind: 'reset', afterBytes: 300 },
  ...Array.from({ length: 8 }, (): Line => ({ kind: 'slow', delayMs: 5 })),
];

const blobTroubles: readonly Line[] = [
  { kind: 'reset', afterBytes: 9_000 },
  { kind: 'stall', afterBytes: 3_000 },
  { kind: 'slow', delayMs: 20 },
  { kind: 'reset', afterBytes: 2_000 },
];
