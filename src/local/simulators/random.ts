/**
 * Seeded randomness for simulators: the same seed gives the same run, so a failure can be replayed.
 * Never a source of real secrets.
 */

/** A seeded stream of draws. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, maxExclusive). */
  int(maxExclusive: number): number;
  /** True with the given probability (0 never, 1 always). */
  chance(probability: number): boolean;
  /** One item of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** That many lower-case hexadecimal digits. */
  hex(chars: number): string;
  /** A version 4 uuid. */
  uuid(): string;
  /** An independent stream named by the label; draws on it do not move this one. */
  fork(label: string): Random;
}

/** The generator sfc32 (PractRand, public domain) seeded by splitmix32 over an FNV-1a hash of the seed. */
export function seededRandom(seed: number | string): Random {
  return randomOf(seededSource(seed), (label) => seededRandom(`${seed}/${label}`));
}

/** The numbers in [0, 1) that {@link seededRandom} draws from. */
export function seededSource(seed: number | string): () => number {
  const step = sfc32(String(seed));
  return () => step() / 0x1_0000_0000;
}

/** All draws from a source of numbers in [0, 1). */
export function randomOf(next: () => number, fork: Random['fork']): Random {
  function int(maxExclusive: number): number {
    if (!Number.isInteger(maxExclusive) || maxExclusive < 1) {
      throw new RangeError(
        `Cannot draw below ${maxExclusive}: the bound must be a positive integer`,
      );
    }
    return Math.floor(next() * maxExclusive);
  }

  function hex(chars: number): string {
    let text = '';
    while (text.length < chars) text += int(16).toString(16);
    return text;
  }

  return {
    next,
    int,
    hex,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new RangeError('Cannot pick from an empty list');
      return list[int(list.length)]!;
    },
    uuid: () => {
      const variant = (8 + int(4)).toString(16);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
    },
    fork,
  };
}

function sfc32(seed: string): () => number {
  const mix = splitmix32(fnv1a(seed));
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;

  function step(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  }

  for (let round = 0; round < 12; round += 1) step();
  return step;
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
