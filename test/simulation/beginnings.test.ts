import { describe, expect, it } from 'vitest';
import { oddMode } from '../support/tenant.ts';
import { ground, livedThrough, takeUp, type Casting, type Ground } from './beginnings.ts';
import { storyNames } from './stories.ts';
import { streamsOf } from './streams.ts';

/** All that the world of a customer holds, and how much was drawn for it. */
function worldOf({ customer, streams }: Ground): unknown {
  const { cloud, clock, nylas, stores } = customer;
  cloud.takeEvents();
  return JSON.parse(
    JSON.stringify(
      {
        now: clock.now(),
        nextAt: cloud.nextAt(),
        applications: cloud.directory.applications(),
        secrets: cloud.vault.state,
        versions: ['nylas-calendar', 'nylas-calendar-pending'].map((name) =>
          cloud.vault.state.versions(name),
        ),
        nylas: nylas.map(({ region, id }) => cloud.nylas[region].hand.application(id)),
        stores,
        positions: streams.positions(),
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
    const [lived, taken, again] = [1, 2, 3].map(() => ground(casting, { mode: casting.mode }));
    if (!lived || !taken || !again) throw new Error('There is no ground');
    await livedThrough(casting, lived);
    await takeUp(casting, taken, casting.mode);
    await takeUp(casting, again, casting.mode);
    expect(worldOf(taken)).toEqual(worldOf(lived));
    expect(worldOf(again)).toEqual(worldOf(lived));
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
