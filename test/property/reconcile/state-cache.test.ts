/** The state blob is a cache: whatever it holds, a pass opens, and knows what the chain says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remember } from '../../../src/core/fold.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import { openSession, readSavedStatus } from '../../../src/reconcile/chain-session.ts';
import type { World } from '../../../src/reconcile/world.ts';
import { arbitraryChain, type MadeChain } from '../../support/arbitrary-entries.ts';
import { inputNow } from '../../support/arbitrary-parts.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  jsonText,
  mutated,
} from '../../support/hostile-values.ts';
import { goodStatus, webDesired } from '../../support/hostile-web.ts';
import { memoryChains, memoryStates } from '../../support/memory-stores.ts';

const [registration] = webDesired().registrations;

/** What a pass saves after the chain. */
function savedState({ entries, links, lines, text }: MadeChain): object {
  const link = links.at(-1) ?? { seq: 0, hash: '' };
  return {
    v: 1,
    head: { ...link, position: { blob: 1, offset: text.length, blocks: lines.length } },
    memory: remember(blankMemory(), entries),
    status: goodStatus,
  };
}

function silent(): void {}

async function openWith(made: MadeChain, saved: string) {
  if (!registration) throw new Error('the file has no registration');
  const chains = memoryChains(() => inputNow);
  chains.texts.set(registration.key, made.text);
  const states = memoryStates();
  states.bodies.set(registration.key, saved);
  const parts = {
    chains,
    states,
    clock: { now: () => inputNow, monotonic: () => 0, sleep: async () => undefined },
    log: { info: silent, warn: silent, error: silent },
  };
  // Opening needs no more of the world, and is given no more.
  const opened = await openSession(parts as unknown as World, registration);
  return { opened, status: await readSavedStatus(states, registration.key) };
}

const chain = arbitraryChain(1, 6);

describe('openSession()', () => {
  it(
    'gives what the chain says, for any state that a pass saved after any entry',
    async () => {
      await fc.assert(
        fc.asyncProperty(chain, fc.nat(), async (made, random) => {
          const count = random % (made.lines.length + 1);
          const lines = made.lines.slice(0, count);
          const before = {
            lines,
            text: lines.join(''),
            entries: made.entries.slice(0, count),
            links: made.links.slice(0, count),
          };
          const { opened } = await openWith(made, JSON.stringify(savedState(before)));
          expect(opened).toMatchObject({
            kind: 'open',
            session: { memory: remember(blankMemory(), made.entries), head: made.links.at(-1) },
          });
        }),
        cases(80),
      );
    },
    patience(),
  );

  it(
    'gives what the chain says, for any bytes that are no state',
    async () => {
      const bytes = fc.oneof(
        hostileText,
        hostileValue.map(jsonText),
        chain.map((made) => JSON.stringify(savedState(made)).slice(0, -1)),
        chain.map((made) => jsonText({ ...savedState(made), v: 0 })),
        chain.map((made) => jsonText({ ...savedState(made), memory: [] })),
      );
      await fc.assert(
        fc.asyncProperty(chain, bytes, async (made, saved) => {
          const { opened } = await openWith(made, saved);
          expectUnpolluted();
          expect(opened).toMatchObject({
            kind: 'open',
            session: { memory: remember(blankMemory(), made.entries), head: made.links.at(-1) },
          });
        }),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'leaves the registration alone, for any state of a newer format',
    async () => {
      const newer = fc.tuple(chain, fc.integer({ min: 2 }), hostileValue);
      await fc.assert(
        fc.asyncProperty(newer, async ([made, v, memory]) => {
          const { opened } = await openWith(made, jsonText({ ...savedState(made), memory, v }));
          expect(opened).toEqual({
            kind: 'unreadable',
            fault: { kind: 'rejected', vendor: 'storage', code: 'newer-format' },
          });
        }),
        cases(40),
      );
    },
    patience(),
  );

  it(
    'opens or says what is wrong, for any state with something wrong in it',
    async () => {
      const damaged = chain.chain((made) =>
        fc.tuple(fc.constant(made), mutated(savedState(made)).map(jsonText)),
      );
      await fc.assert(
        fc.asyncProperty(damaged, async ([made, saved]) => {
          const { opened, status } = await openWith(made, saved);
          expectUnpolluted();
          expect(['open', 'unreadable', 'broken']).toContain(opened.kind);
          expect(status.ok).toBe(true);
        }),
        cases(100),
      );
    },
    patience(),
  );
});
