import { describe, expect, it } from 'vitest';
import {
  type NylasMode,
  allNylasModes,
  coveringNylasModes,
} from '../../../src/local/simulators/nylas-modes.ts';

function pairsOf(modes: readonly NylasMode[]): Set<string> {
  const keys = ['clientIdReturned', 'settings', 'grantsFollow', 'updateReaches'] as const;
  return new Set(
    modes.flatMap((mode) =>
      keys.flatMap((one) =>
        keys
          .filter((other) => one < other)
          .map((other) => `${one}=${mode[one]} ${other}=${mode[other]}`),
      ),
    ),
  );
}

describe('the modes of Nylas', () => {
  it('are 24 in all, each once', () => {
    const all = allNylasModes().map((mode) => JSON.stringify(mode));
    expect([all.length, new Set(all).size]).toEqual([24, 24]);
  });

  it('are covered pair by pair by six, the fewest possible', () => {
    expect(coveringNylasModes().length).toBe(6);
    expect(pairsOf(allNylasModes()).size).toBe(30);
    expect(pairsOf(coveringNylasModes())).toEqual(pairsOf(allNylasModes()));
  });
});
