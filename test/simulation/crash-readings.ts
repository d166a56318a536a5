/**
 * Role: tells a story in many modes of Nylas by as few tellings as there are differences. A telling
 * stands for all modes that give the same answers to what it was asked, so what is told for one of them
 * is told for all, exactly; a test tells some of them one by one and compares.
 */
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { MishapPoint } from '../support/interposed-world.ts';
import type { Part } from './beginnings.ts';
import { tell, type Telling } from './crash-run.ts';
import { modeWatch } from './mode-watch.ts';

/** One telling, and what it stands for. */
export interface Reading {
  /** The first of them is the one it was told in. */
  readonly modes: readonly NylasMode[];
  /** What went wrong, in words that name the first mode; or how it went. */
  readonly end: Telling | string;
}

/**
 * Tells the story with these mishaps until each of the modes is stood for by one telling. `after` went
 * the same way in all of them up to the last mishap.
 */
export async function readings(
  part: Part,
  points: readonly MishapPoint[],
  { modes, after }: { readonly modes: readonly NylasMode[]; readonly after?: Telling },
): Promise<readonly Reading[]> {
  const told: Reading[] = [];
  let left = modes;
  for (let mode = left[0]; mode; mode = left[0]) {
    const watch = modeWatch(mode);
    const end = await tryTelling({ ...part, mode }, points, {
      watch,
      ...(after ? { after: after.course } : {}),
    });
    told.push({ modes: left.filter((one) => watch.standsFor(one)), end });
    left = left.filter((one) => !watch.standsFor(one));
  }
  return told;
}

/** What went wrong, a line each. */
export function failuresOf(told: readonly Reading[]): readonly string[] {
  return told.flatMap(({ end }) => (typeof end === 'string' ? [end] : []));
}

async function tryTelling(...told: Parameters<typeof tell>): Promise<Telling | string> {
  try {
    return await tell(...told);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
