/** The fold: the same memory whether a chain is read at once, in two parts, or through a cache. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remember } from '../../../src/core/fold.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import { plan } from '../../../src/core/plan.ts';
import { arbitraryChain } from '../../support/arbitrary-entries.ts';
import { arbitraryInput } from '../../support/arbitrary-input.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted } from '../../support/hostile-values.ts';

const chain = arbitraryChain(1, 30);

describe('remember()', () => {
  it(
    'for any chain, is the same at once, in two parts, and from a cache',
    () => {
      fc.assert(
        fc.property(chain, fc.nat(), ({ entries }, random) => {
          const at = random % (entries.length + 1);
          const whole = remember(blankMemory(), entries);
          const half = remember(blankMemory(), entries.slice(0, at));
          expect(remember(half, entries.slice(at))).toEqual(whole);
          const cached: unknown = JSON.parse(JSON.stringify(half));
          expect(remember(cached as typeof half, entries.slice(at))).toEqual(whole);
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'for any chain, changes neither the memory nor the entries that it was given',
    () => {
      fc.assert(
        fc.property(chain, ({ entries }) => {
          const [first, ...rest] = entries;
          const before = remember(blankMemory(), first ? [first] : []);
          const [memoryCopy, entriesCopy] = [structuredClone(before), structuredClone(entries)];
          remember(before, rest);
          expect(before).toEqual(memoryCopy);
          expect(entries).toEqual(entriesCopy);
          expectUnpolluted();
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'for any chain with an entry left out, is refused',
    () => {
      fc.assert(
        fc.property(arbitraryChain(2, 10), fc.nat(), ({ entries }, random) => {
          const at = random % (entries.length - 1);
          expect(() => remember(blankMemory(), entries.toSpliced(at, 1))).toThrow(RangeError);
        }),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'for any chain, leaves a memory that can be planned from',
    () => {
      fc.assert(
        fc.property(chain, arbitraryInput, ({ entries }, input) => {
          const memory = remember(blankMemory(), entries);
          const { actions, nextLookAt } = plan({ ...input, memory });
          expect(actions.every(({ kind }) => kind.length > 0)).toBe(true);
          expect(nextLookAt).toBeGreaterThan(input.now);
        }),
        cases(200),
      );
    },
    patience(),
  );
});
