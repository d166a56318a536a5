import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/core/action.ts';
import { act, type Finding } from '../../../src/core/finding.ts';
import { dayMs, hourMs, lastResortMs, minuteMs } from '../../../src/core/limits.ts';
import type { Reason } from '../../../src/core/reason.ts';
import { connectorOf, endsAt, now, scene, type World } from './world.ts';

const action: Action = { kind: 'note', entries: [] };
const step = 'push:us/one';
const calm = (): void => undefined;
const down = (made: World): void => {
  connectorOf(made).clean!.keyId = 'k9';
};
const short = (made: World): void => endsAt(made, 'k1', now + lastResortMs);

/** A step that failed so long ago, and waits for a day after that. */
function told(sinceMs: number | undefined, reason: Reason, change: (made: World) => void): Finding {
  const found = act(
    scene((made) => {
      made.memory.waits[step] = {
        untilAt: now + dayMs,
        attempts: 5,
        reason,
        ...(sinceMs === undefined ? {} : { sinceAt: now - sinceMs }),
      };
      change(made);
    }),
    step,
    action,
  );
  return found[0]!;
}

describe('a step that backs off', () => {
  it('waits as long as its back-off says while all connectors are served', () => {
    expect(told(hourMs, 'backing-off', calm)).toMatchObject({ kind: 'wait', untilAt: now + dayMs });
  });

  it.each([
    ['is down', down],
    ['is within its last 72 hours', short],
  ])('waits a quarter of an hour at the most where a connector %s', (_, change) => {
    expect(told(15 * minuteMs, 'backing-off', change)).toEqual({ kind: 'act', action });
    expect(told(15 * minuteMs - 1, 'backing-off', change)).toMatchObject({
      kind: 'wait',
      untilAt: now + 1,
    });
  });

  it('waits an hour at the most there for a right that a person may have given', () => {
    expect(told(hourMs, 'nylas-denied', down)).toEqual({ kind: 'act', action });
    expect(told(hourMs - 1, 'nylas-denied', down)).toMatchObject({ kind: 'person' });
  });

  it('keeps what a vendor asked for, and what an older Keeper folded', () => {
    expect(told(hourMs, 'throttled', down)).toMatchObject({ kind: 'wait', untilAt: now + dayMs });
    expect(told(undefined, 'backing-off', down)).toMatchObject({ untilAt: now + dayMs });
  });
});
