/** States of registrations that left the file: whatever lies there, the others are looked at and told of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { success } from '../../../src/core/fault.ts';
import { configurationHash } from '../../../src/reconcile/pass.ts';
import { scan } from '../../../src/reconcile/scan.ts';
import type { LogFields, StateHead, World } from '../../../src/reconcile/world.ts';
import { overview } from '../../../src/web/pages.ts';
import { status } from '../../../src/web/status.ts';
import { memoryLog } from '../../support/audit-log.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  jsonText,
  mutated,
} from '../../support/hostile-values.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';
import { expectOwnMarkup } from '../web/strict-markup.ts';

const desired = webDesired();
const now = webWorld().clock.now();
const dayMs = 86_400_000;

/** Numbers that stand for no instant, or for one at the end of all time. */
const extremes = [1e300, -1e300, 9e15, -9e15, 8.64e15, -8.64e15, 0, 0.5, now, 2 ** 53];
const number = fc.constantFrom<unknown>(...extremes, '@@infinite@@', null, 'soon', true, [], {});

/** The body of a state: of a pass, changed in places, or anything else. */
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: number.map((expiresAt) => {
      const credential = { keyId: 'k1', expiresAt };
      return jsonText({ v: 1, status: { ...goodStatus, credential } });
    }),
  },
  {
    weight: 4,
    arbitrary: mutated({ v: 1, status: goodStatus }, fc.oneof(number, hostileValue)).map(jsonText),
  },
  { weight: 1, arbitrary: fc.oneof(hostileText, hostileValue.map(jsonText)) },
);

const stray = fc.record({
  name: fc.oneof(
    fc.constantFrom('left', 'backup/calendar', '../calendar', '', 'constructor', '<b>'),
    hostileText.map((text) => text.slice(0, 200)),
  ),
  body,
  nextLookAt: fc.constantFrom(...extremes),
  lookedAt: fc.constantFrom(...extremes),
});

const managed = fc.record({
  key: fc.constantFrom('calendar', 'intranet'),
  nextLookAt: fc.constantFrom(0, now, now + 1, now + dayMs),
  isAsWished: fc.boolean(),
});

function headOf(registration: string, more: Partial<StateHead>): StateHead {
  return {
    registration,
    nextLookAt: now,
    lookedAt: now,
    fingerprint: '',
    configuration: '',
    state: 'healthy',
    reason: 'settled',
    ...more,
  };
}

type Stray = typeof stray extends fc.Arbitrary<infer T> ? T : never;
type Managed = typeof managed extends fc.Arbitrary<infer T> ? T : never;

function bench(strays: readonly Stray[], known: readonly Managed[]) {
  const world = webWorld();
  const warned: LogFields[] = [];
  const log = {
    info: () => undefined,
    warn: (_message: string, fields: LogFields = {}) => void warned.push(fields),
    error: () => undefined,
  };
  const directory = { listRegistrations: async () => success([]) };
  for (const one of strays) {
    const { nextLookAt, lookedAt } = one;
    world.states.bodies.set(one.name, one.body);
    world.states.heads.set(one.name, headOf(one.name, { nextLookAt, lookedAt }));
  }
  for (const { key, nextLookAt, isAsWished } of known) {
    const wish = desired.registrations.find((one) => one.key === key);
    const configuration = wish && isAsWished ? configurationHash(wish) : 'another';
    world.states.heads.set(key, headOf(key, { nextLookAt, configuration }));
    world.states.bodies.set(key, JSON.stringify({ v: 1, status: goodStatus }));
  }
  // One whose users lose their mail next month, and one that has time.
  for (const [name, days] of [
    ['ends-soon', 30],
    ['ends-late', 300],
  ] as const) {
    const credential = { keyId: 'k1', expiresAt: now + days * dayMs };
    const told = { ...goodStatus, id: name, credential };
    world.states.bodies.set(name, JSON.stringify({ v: 1, status: told }));
    world.states.heads.set(name, headOf(name, {}));
  }
  return { world: { ...world, log, directory }, warned };
}

const worlds = fc.tuple(fc.array(stray, { maxLength: 5 }), fc.array(managed, { maxLength: 2 }));

/** Which registrations of the file are due, by what was put there. */
function dueOf(known: readonly Managed[]): readonly string[] {
  const last = new Map<string, Managed>(known.map((one) => [one.key, one]));
  return desired.registrations
    .map(({ key }) => key)
    .filter((key) => {
      const head = last.get(key);
      return head === undefined || head.nextLookAt <= now || !head.isAsWished;
    });
}

/** So many days from now. */
function day(count: number): string {
  return new Date(now + count * dayMs).toISOString();
}

const isoText = /^(?:[+-]\d{6}|\d{4})-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/;

describe('states of registrations that left the file', () => {
  it(
    'keep no tick from looking at what is due and from warning of the others, for any states',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async ([strays, known]) => {
          const { world, warned } = bench(strays, known);
          // A tick needs no more of the world, and is given no more.
          const sent = await scan(world as unknown as World, desired);
          expectUnpolluted();
          const due = dueOf(known);
          expect(world.queue.messages.map((one) => one.registration)).toEqual(due);
          expect(sent).toBe(due.length);
          const names = warned.map((one) => one['registration']);
          expect(names).toContain('ends-soon');
          expect(names).not.toContain('ends-late');
          for (const { registration, endsAt } of warned) {
            expect(world.states.heads.has(String(registration))).toBe(true);
            expect(endsAt).toMatch(isoText);
          }
          expect(new Set(names).size).toBe(names.length);
        }),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'are told by the API beside the others, for any states',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async ([strays, known]) => {
          const { world } = bench(strays, known);
          const call = { world, desired, fileErrors: 0, registration: null, order: null };
          const reply = await status(call);
          expect(reply.status).toBe(200);
          const told = JSON.parse(reply.body) as {
            ok: boolean;
            total: number;
            registrations: readonly { id: string }[];
            unmanaged: readonly { registration: string; endsAt: string | null; isAlarm: boolean }[];
          };
          expect(told).toMatchObject({ ok: false, total: 2 });
          expect(told.registrations.map((one) => one.id)).toEqual(['calendar', 'internal']);
          expect(told.unmanaged).toEqual(
            expect.arrayContaining([
              { registration: 'ends-soon', endsAt: day(30), isAlarm: true },
              { registration: 'ends-late', endsAt: day(300), isAlarm: false },
            ]),
          );
          for (const { endsAt, isAlarm } of told.unmanaged) {
            // An alarm says when.
            expect(endsAt ?? isAlarm).toSatisfy((one) => one === false || isoText.test(`${one}`));
          }
          expect(told.unmanaged.map((one) => one.isAlarm)).toEqual(
            told.unmanaged.map((one) => one.isAlarm).toSorted((a, b) => Number(b) - Number(a)),
          );
          expect(await status(call)).toEqual(reply);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'are shown on the overview beside the others, for any states',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, async ([strays, known]) => {
          const { world } = bench(strays, known);
          const call = { world, files: memoryLog(), desired, fileErrors: [], mayOperate: true };
          const reply = await overview(call, null);
          expect(reply.status).toBe(200);
          expectOwnMarkup(reply.body);
          for (const name of ['ends-soon', 'calendar', 'internal']) {
            expect(reply.body).toContain(name);
          }
          expect(await overview(call, null)).toEqual(reply);
        }),
        cases(40),
      );
    },
    patience(),
  );
});
