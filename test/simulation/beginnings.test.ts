import { describe, expect, it } from 'vitest';
import { dayMs, oddMode } from '../support/tenant.ts';
import { groundFor, livedThrough, takeUp, type Casting } from './beginnings.ts';
import { mishaps } from './crash-points.ts';
import { tell } from './crash-run.ts';
import { storyNames } from './stories.ts';
import type { Ground } from './stretches.ts';
import { streamsOf } from './streams.ts';

/** What the vault will tell within two months, with when. */
function eventsToCome({ cloud, clock }: Ground['customer']): readonly unknown[] {
  const events: unknown[] = [];
  for (let count = 0; count < 20; count += 1) {
    const at = cloud.nextAt();
    if (at === undefined || at > clock.now() + 60 * dayMs) break;
    clock.jumpTo(at);
    cloud.settle();
    events.push([at, ...cloud.takeEvents()]);
  }
  return events;
}

/** All that the world of a customer holds and will tell, and how much was drawn for it. */
function worldOf({ customer, streams }: Ground): unknown {
  const { cloud, clock, nylas, stores } = customer;
  cloud.takeEvents();
  return JSON.parse(
    JSON.stringify(
      {
        now: clock.now(),
        nextAt: cloud.nextAt(),
        applications: cloud.directory.applications(),
        principals: cloud.directory
          .applications()
          .map(({ appId }) => cloud.directory.servicePrincipal(appId)),
        outage: [cloud.account.outageSeconds, cloud.account.incidents],
        versions: ['nylas-calendar', 'nylas-calendar-pending'].map((name) =>
          cloud.vault.state.versions(name),
        ),
        nylas: nylas.map(({ region, id }) => cloud.nylas[region].hand.application(id)),
        stores,
        positions: streams.positions(),
        events: eventsToCome(customer),
      },
      (name, value: unknown) => {
        if (name === 'mode') return undefined;
        return value instanceof Map ? [...value] : value;
      },
    ),
  );
}

describe('takeUp()', () => {
  it.each(storyNames)('leaves the world as Keeper leaves it: %s', async (story) => {
    const casting: Casting = { story, audience: 'organizations-and-personal', mode: oddMode(4) };
    const [lived, taken, again] = [
      await groundFor(casting),
      await groundFor(casting),
      await groundFor(casting),
    ];
    await livedThrough(casting, lived);
    await takeUp(casting, taken);
    await takeUp(casting, again);
    const whole = worldOf(lived);
    expect(worldOf(taken)).toEqual(whole);
    expect(worldOf(again)).toEqual(whole);
  });
});

describe('a story that is taken up', () => {
  const casting = { story: 'planned', audience: 'organizations', mode: oddMode(4) } as const;

  it.each(mishaps)('ends as it ends when it is told from its beginning: %s', async (mishap) => {
    const { writes, course } = await tell(casting, []);
    for (const nth of [1, 10, 15, 18, writes - 3, writes]) {
      const whole = await tell(casting, [{ nth, mishap }]);
      const late = await tell(casting, [{ nth, mishap }], { after: course });
      expect([late.writes, late.actsMs, late.chain]).toEqual([
        whole.writes,
        whole.actsMs,
        whole.chain,
      ]);
    }
  });

  it('ends the same after a mishap that it had before', async () => {
    const first = { nth: 10, mishap: 'lost' } as const;
    const { writes, course } = await tell(casting, [first]);
    const both = [first, { nth: writes - 2, mishap: 'failed' }] as const;
    const [whole, late] = [await tell(casting, both), await tell(casting, both, { after: course })];
    expect(course.length).toBeGreaterThan(3);
    expect([late.writes, late.chain]).toEqual([whole.writes, whole.chain]);
  });
});

describe('streamsOf()', () => {
  it('goes on as the other would', () => {
    const [one, other] = [streamsOf(7), streamsOf(7)];
    const [a, b] = [one, other].map(({ random }) => random.fork('here'));
    a?.hex(12);
    other.catchUp(one.positions());
    expect(b?.next()).toBe(a?.next());
  });

  it('does not go back', () => {
    const [one, other] = [streamsOf(7), streamsOf(7)];
    other.random.next();
    expect(() => other.catchUp(one.positions())).toThrow('The stream 7 cannot catch up: 1 to 0');
    one.random.fork('there').next();
    expect(() => other.catchUp(one.positions())).toThrow('The stream 7 cannot catch up');
  });
});
