/** A line may say anything under a hash that is right: what is accepted can be folded, told and planned from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { decodeLines, genesis } from '../../../src/audit/chain.ts';
import { teller } from '../../../src/audit/story.ts';
import type { Entry } from '../../../src/core/entry.ts';
import { remember } from '../../../src/core/fold.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import { plan } from '../../../src/core/plan.ts';
import { arbitraryChain } from '../../support/arbitrary-entries.ts';
import { anyInput } from '../../support/arbitrary-input.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileValue,
  inheritedNames,
  mutated,
} from '../../support/hostile-values.ts';

type Members = Readonly<Record<string, unknown>>;

/** The ends of all time that a date can hold, and what lies beside them. */
const edges = [
  '+275760-09-13T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  '-271821-04-20T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '2026-06-01T12:00:00Z',
];

/** What an entry of another kind, or of a newer Keeper, might have in a place. */
const value = fc.oneof(
  hostileValue,
  fc.constantFrom<unknown>(
    ...edges,
    ...inheritedNames,
    'k1',
    'i1',
    'done',
    'pending',
    'push-credential',
    'remove-credential',
    'compromised',
    -1,
    1e300,
    8.64e15,
    [],
    ['k1', 'k1'],
    [null],
    {},
    { secret: 'current', version: 'c-k1' },
    { keyId: 'k1', endAt: edges[0], records: [{ id: 'r1' }] },
    { kind: 'retire', keyId: 'k1' },
    { what: 'foreign-credential', keyId: 'k1', endAt: edges[2] },
  ),
);

/** What a line says besides its place in the chain, changed in parts. */
function rewritten(line: string): fc.Arbitrary<Members> {
  const { v: _v, seq: _seq, hash: _hash, prev: _prev, ...rest } = JSON.parse(line) as Members;
  return mutated(rest, value).map((changed): Members => {
    // As JSON, which has no gaps in lists.
    const said: unknown = JSON.parse(JSON.stringify({ said: changed }));
    const { said: members } = said as { readonly said?: unknown };
    return typeof members === 'object' && members !== null && !Array.isArray(members)
      ? (members as Members)
      : { text: String(members).slice(0, 100) };
  });
}

/** A chain in which one line says something else, and all hashes are right again. */
const forged = arbitraryChain(1, 8)
  .chain(({ lines }) => fc.tuple(fc.constant(lines), fc.nat({ max: lines.length - 1 })))
  .chain(([lines, index]) =>
    fc.tuple(fc.constant(lines), fc.constant(index), rewritten(lines[index] ?? '{}')),
  )
  .map(([lines, index, members]) => {
    let prev = genesis.hash;
    const text = lines.map((line, at) => {
      const { hash: _hash, ...own } = JSON.parse(line) as Members;
      const said = at === index ? { ...members, v: own['v'], seq: own['seq'] } : own;
      const unsigned = { ...said, prev };
      prev = sha256(canonicalJson(unsigned));
      return `${canonicalJson({ ...unsigned, hash: prev })}\n`;
    });
    return { text: text.join(''), seq: index + 1, count: lines.length };
  });

/** Holds when every instant in a memory is one that a date can hold. */
function expectInstants(memory: unknown, name = 'memory'): void {
  if (typeof memory === 'number') {
    const isInstant = name === 'at' || name.endsWith('At');
    const isFit = isInstant ? Math.abs(memory) <= 8.64e15 : Number.isFinite(memory);
    if (!isFit) expect.fail(`${name} is ${memory}`);
  }
  if (typeof memory !== 'object' || memory === null) return;
  for (const [inner, member] of Object.entries(memory)) expectInstants(member, inner);
}

/** Holds when each entry is told in one line that cannot harm a terminal. */
function expectTold(entries: readonly Entry[]): void {
  const one = teller();
  for (const entry of entries) {
    expect(one.tell(entry)).toMatch(/^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+$/u);
    // Whoever begins to read here knows no intents.
    expect(teller().tell(entry)).not.toBe('');
  }
}

describe('an entry with a right hash', () => {
  it(
    'is refused, or can be folded, told and planned from, for any that somebody forged',
    () => {
      const found = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(forged, anyInput, ({ text, seq, count }, input) => {
          const { entries, defect, link } = decodeLines(text, genesis);
          expectUnpolluted();
          if (defect) {
            found.refused += 1;
            expect(['wrong-shape', 'too-long']).toContain(defect.defect);
            expect(defect.seq).toBe(seq);
          } else {
            found.accepted += 1;
            expect(link.seq).toBe(count);
          }
          const memory = remember(blankMemory(), entries);
          expectUnpolluted();
          expect(memory.seq).toBe(entries.length);
          expectInstants(memory);
          // It is kept as JSON between passes.
          expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
          expectTold(entries);
          const made = plan({ ...input, memory });
          expect(made.nextLookAt).toBeGreaterThan(input.now);
          expect(made.nextLookAt).toBeLessThanOrEqual(input.now + 86_400_000);
        }),
        cases(250),
      );
      expect(found.accepted).toBeGreaterThan(40);
      expect(found.refused).toBeGreaterThan(40);
    },
    patience(),
  );
});
