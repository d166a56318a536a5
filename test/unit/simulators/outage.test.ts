import { describe, expect, it } from 'vitest';
import {
  type Failure,
  type OutageKnowledge,
  outageAccount,
} from '../../../src/local/simulators/outage.ts';

const hourMs = 3_600_000;
const t0 = Date.UTC(2026, 0, 1);

/** A connector that Keeper manages, whose secret has ended. */
const failure: Failure = {
  subject: { kind: 'connector', applicationId: 'a', id: 'microsoft' },
  clientId: 'app',
  why: 'ended',
  place: 'serving',
  isKeepersWrite: false,
  disturbedAt: undefined,
  isManaged: true,
};

const never: OutageKnowledge = {
  provenSince: () => undefined,
  reachableSince: () => undefined,
  issuableSince: () => undefined,
};

/** What ten hours of being down come to, in hours by verdict. */
function tenHours(knowledge: Partial<OutageKnowledge>, what: Partial<Failure> = {}) {
  const account = outageAccount({ ...never, ...knowledge });
  account.began({ ...failure, ...what }, t0);
  account.down({ ...failure, ...what }, t0, t0 + 10 * hourMs);
  const causes = Object.entries(account.unavoidableSeconds).filter(([, seconds]) => seconds > 0);
  return Object.fromEntries(
    [['keeper', account.outageSeconds] as const, ...causes]
      .filter(([, seconds]) => seconds > 0)
      .map(([verdict, seconds]) => [verdict, seconds / 3600]),
  );
}

const long = { reachableSince: () => t0 - 1000 * hourMs };

describe('a second of outage is charged to Keeper', () => {
  it.each([
    ['serving', {}],
    ['left behind', { place: 'left-behind' }],
    ['never pushed to', { isManaged: false }],
    ['disturbed by a person just now', { disturbedAt: t0 + 9 * hourMs }],
  ] as const)('when Keeper removed the credential, whatever else holds: %s', (_, what) => {
    expect(tenHours({}, { ...what, why: 'removed-by-keeper' })).toEqual({ keeper: 10 });
    expect(tenHours({}, { ...what, isKeepersWrite: true })).toEqual({ keeper: 10 });
  });

  it('at once, when a proven secret and two reachable hours were there before the end', () => {
    expect(tenHours({ ...long, provenSince: () => t0 - 2 * hourMs })).toEqual({ keeper: 10 });
  });

  it('from the bound on, counted from the proof, the reachability or the disturbance', () => {
    const proven = { provenSince: () => t0 - 50 * hourMs };
    expect(tenHours({ ...long, provenSince: () => t0 + hourMs })).toEqual({
      keeper: 7,
      'no-working-secret': 3,
    });
    expect(tenHours({ ...proven, reachableSince: () => t0 })).toEqual({
      keeper: 8,
      'vendor-unreachable': 2,
    });
    expect(tenHours({ ...long, ...proven }, { why: 'removed-by-hand', disturbedAt: t0 })).toEqual({
      keeper: 8,
      'removed-by-hand': 2,
    });
    expect(tenHours({ ...long, ...proven, boundMs: 9 * hourMs }, { disturbedAt: t0 })).toEqual({
      keeper: 1,
      'removed-by-hand': 9,
    });
  });

  it('also before its first push, once a proven secret existed for long enough', () => {
    const knowledge = { ...long, provenSince: () => t0 };
    expect(tenHours(knowledge, { isManaged: false })).toEqual({ keeper: 8, 'before-keeper': 2 });
  });

  it('when it did not rotate although it could', () => {
    expect(tenHours({ ...long, issuableSince: () => t0 - 30 * hourMs })).toEqual({ keeper: 10 });
    expect(tenHours({ ...long, issuableSince: () => t0 - 20 * hourMs })).toEqual({
      keeper: 6,
      'no-working-secret': 4,
    });
  });

  it('when it did not rotate, by default as soon as it has pushed once', () => {
    const account = outageAccount({ provenSince: () => undefined, ...long });
    account.down(failure, t0, t0 + hourMs);
    account.down({ ...failure, isManaged: false }, t0, t0 + hourMs);
    expect(account.outageSeconds).toBe(3600);
    expect(account.unavoidableSeconds['before-keeper']).toBe(3600);
  });

  it('though a vendor is away now, when there was time before', () => {
    let reachable: number | undefined = t0 - 100 * hourMs;
    const account = outageAccount({
      ...never,
      provenSince: () => t0 - 50 * hourMs,
      reachableSince: () => reachable,
    });
    account.observe(t0 - 3 * hourMs);
    reachable = t0 - 2 * hourMs;
    account.observe(t0 - 1.5 * hourMs);
    reachable = t0 - hourMs;
    account.observe(t0 - 0.5 * hourMs);
    reachable = undefined;
    account.began(failure, t0);
    account.down(failure, t0, t0 + hourMs);
    expect(account.outageSeconds).toBe(3600);
  });
});

describe('a second of outage is unavoidable', () => {
  it.each([
    ['no-working-secret', long, {}],
    ['vendor-unreachable', { provenSince: () => t0 - 50 * hourMs }, {}],
    ['not-following', { ...long, provenSince: () => t0 - 50 * hourMs }, { place: 'left-behind' }],
    ['before-keeper', long, { isManaged: false }],
    ['ordered', long, { why: 'removed-by-order', disturbedAt: t0 }],
    ['removed-by-hand', long, { why: 'removed-by-hand', disturbedAt: t0 }],
    ['removed-by-hand', { ...long, provenSince: () => t0 - 50 * hourMs }, { why: 'app-gone' }],
    [
      'removed-by-hand',
      { ...long, provenSince: () => t0 - 50 * hourMs },
      { why: 'connector-gone' },
    ],
    ['removed-by-hand', long, { why: 'unknown', disturbedAt: t0 }],
  ] as const)('for the cause %s', (cause, knowledge, what) => {
    expect(tenHours(knowledge, what)).toEqual({ [cause]: 10 });
  });

  it('when reachable stretches were each too short', () => {
    let reachable: number | undefined;
    const account = outageAccount({
      ...never,
      provenSince: () => t0 - 50 * hourMs,
      reachableSince: () => reachable,
    });
    for (let hour = -40; hour < 0; hour += 4) {
      reachable = t0 + hour * hourMs;
      account.observe(t0 + (hour + 1.9) * hourMs);
    }
    reachable = undefined;
    account.down(failure, t0, t0 + hourMs);
    expect(account.unavoidableSeconds['vendor-unreachable']).toBe(3600);
  });
});

/** A proven secret that ends after four and a half hours. */
function provenUntilLater(_: string, at: number): number | undefined {
  return at < t0 + 4.5 * hourMs ? t0 - 9 * hourMs : undefined;
}

describe('the account', () => {
  it('finds the moment within an interval at which the facts changed', () => {
    expect(tenHours({ ...long, provenSince: provenUntilLater })).toEqual({
      keeper: 4.5,
      'no-working-secret': 5.5,
    });
  });

  it('keeps one incident for each stretch with one verdict, and sums over subjects', () => {
    const account = outageAccount({ ...never, ...long, provenSince: () => t0 });
    const grant: Failure = { ...failure, subject: { kind: 'grant', applicationId: 'a', id: 'g' } };
    account.began(failure, t0);
    account.down(failure, t0, t0 + hourMs);
    account.down(failure, t0 + hourMs, t0 + 3 * hourMs);
    account.down(grant, t0 + 3 * hourMs, t0 + 4 * hourMs);
    expect(
      account.incidents.map(({ verdict, seconds, from }) => [
        verdict,
        seconds,
        (from - t0) / hourMs,
      ]),
    ).toEqual([
      ['no-working-secret', 7200, 0],
      ['keeper', 3600, 2],
      ['keeper', 3600, 3],
    ]);
    expect([account.outageSeconds, account.unavoidableSeconds['no-working-secret']]).toEqual([
      7200, 7200,
    ]);
  });

  it('counts the wait for the next refresh to the verdict that went before, and begins anew after', () => {
    const account = outageAccount(never);
    account.began({ ...failure, why: 'removed-by-keeper' }, t0);
    account.down({ ...failure, why: 'removed-by-keeper' }, t0, t0 + hourMs);
    account.lingered(failure.subject, t0 + hourMs, t0 + 1.5 * hourMs);
    account.ended(failure.subject);
    account.lingered(failure.subject, t0 + 2 * hourMs, t0 + 3 * hourMs);
    expect(account.outageSeconds).toBe(5400);
    account.began({ ...failure, why: 'removed-by-keeper' }, t0 + 5 * hourMs);
    expect(account.incidents.length).toBe(2);
  });
});
