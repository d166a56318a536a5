/**
 * Role: judges whether all becomes well when nothing is in the way any more, and how long it took:
 * the law `convergence`.
 */
import { hourMs } from '../../src/core/limits.ts';
import type { Kernel, Planned } from './kernel.ts';
import { LawBroken } from './oracle/verdict.ts';
import { convergenceMs } from './weather.ts';

export interface HealthOptions {
  readonly kernel: Kernel;
  /** It storms, or something waits for a person. */
  readonly isRough: () => boolean;
  /** All registrations. */
  readonly keys: readonly string[];
}

export interface Health {
  /** Somebody has looked. `how` tells what is wrong; nothing: it is well. Throws LawBroken. */
  looked(key: string, how?: string): void;
  /** Nobody could look: until somebody has, it cannot count as well. */
  unlooked(key: string): void;
  /** Something that was in the way is gone: from now on all must become well, if nothing is left. */
  becomesQuiet(): void;
  becomesRough(): void;
  /** Throws LawBroken for what had enough time. */
  mustBeWell(): void;
  /** Since when nothing has been in the way. Zero while something is. */
  quietMs(): number;
  /** Of all ways back to health. */
  readonly longestMs: number;
}

export function healthWatch({ kernel, isRough, keys }: HealthOptions): Health {
  /** What was not well at its last look, and since when. */
  const unwell = new Map<string, { readonly how: string; readonly since: number }>();
  let quietSince = kernel.now();
  let check: Planned | undefined;
  let longestMs = 0;
  for (const key of keys) unwell.set(key, { how: 'never looked at', since: kernel.now() });

  /** Rough times do not count. */
  function tookMs(since: number): number {
    return kernel.now() - Math.max(since, quietSince);
  }

  function judge(key: string): void {
    const found = unwell.get(key);
    if (!found || tookMs(found.since) < convergenceMs) return;
    const hours = Math.round(tookMs(found.since) / hourMs);
    const detail = `${found.how} after ${hours} quiet hours`;
    throw new LawBroken({ law: 'convergence', at: kernel.now(), key, detail });
  }

  function mustBeWell(): void {
    for (const key of unwell.keys()) judge(key);
  }

  return {
    looked(key, how) {
      const before = unwell.get(key);
      if (how === undefined) {
        unwell.delete(key);
        if (before && !isRough()) longestMs = Math.max(longestMs, tookMs(before.since));
        return;
      }
      unwell.set(key, { how, since: before?.since ?? kernel.now() });
      if (!isRough()) judge(key);
    },
    unlooked(key) {
      if (!unwell.has(key)) unwell.set(key, { how: 'not looked at', since: kernel.now() });
    },
    becomesQuiet() {
      if (isRough()) return;
      quietSince = kernel.now();
      check?.cancel();
      check = kernel.after(convergenceMs, () => {
        if (!isRough()) mustBeWell();
      });
    },
    becomesRough: () => check?.cancel(),
    mustBeWell,
    quietMs: () => (isRough() ? 0 : kernel.now() - quietSince),
    get longestMs() {
      return longestMs;
    },
  };
}
