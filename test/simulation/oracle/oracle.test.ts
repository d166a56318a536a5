/**
 * Role: the oracle can see: each law is broken on purpose before its eyes, and what is not Keeper's
 * fault is told apart from what is, so that an excuse hides nothing.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { fortune } from '../fortune.ts';
import { modesNamed } from '../modes.ts';
import { stage, type Stage } from '../stage.ts';
import { calm } from '../weather.ts';
import { chainReader } from './chain-reader.ts';

/** A run of one registration that has come to rest. */
async function settledStage(): Promise<Stage> {
  const made = stage({
    fortune: fortune(3),
    registrations: 1,
    modes: modesNamed('active-merge-follow-shown') ?? [],
    instances: 1,
    switchesPerHour: 2,
    skewMs: 0,
    weather: () => calm,
    record: () => undefined,
    passed: () => undefined,
  });
  for (let quarter = 0; quarter < 12; quarter += 1) {
    made.kernel.after(quarter * hourMs, () => made.host.tick());
  }
  const untilAt = made.kernel.now() + 13 * hourMs;
  while ((made.kernel.nextAt() ?? Infinity) < untilAt) await made.step();
  return made;
}

/** Time passes in which nobody looks. */
async function pass({ kernel, cloud }: Stage, ms: number): Promise<void> {
  const untilAt = kernel.now() + ms;
  kernel.at(untilAt, () => cloud.settle());
  while ((kernel.nextAt() ?? Infinity) <= untilAt) await kernel.step();
}

function memberOf({ fleet }: Stage) {
  const [member] = fleet.members;
  if (!member) throw new Error('There is nobody');
  return member;
}

function appIdOf({ cloud }: Stage): string {
  const [application] = cloud.directory.applications();
  if (!application) throw new Error('There is no registration');
  return application.appId;
}

/** A request as Keeper would send it. */
function request(method: string, url: string, body: object) {
  return { method, url: new URL(url), authorization: 'Bearer t', body: JSON.stringify(body) };
}

/** JSON with sorted members; the entries here have no inner objects. */
function sorted(value: object): string {
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(Object.fromEntries(members));
}

/** A line of a chain, by the description of the format. */
function lineOf(seq: number, prev: string, more: object): { text: string; hash: string } {
  const entry = { at: '2026-01-05T08:00:00.000Z', prev, seq, v: 1, ...more };
  const hash = createHash('sha256').update(sorted(entry)).digest('hex');
  return { text: `${sorted({ ...entry, hash })}\n`, hash };
}

describe('the oracle', () => {
  it('finds nothing in a registration at rest', async () => {
    const { oracle, cloud } = await settledStage();
    expect(() => oracle.review()).not.toThrow();
    expect(oracle.counts.issued + cloud.directory.applications().length).toBeGreaterThan(0);
  });

  it('sees a write without an intent', async () => {
    const { oracle, cloud } = await settledStage();
    const [application] = cloud.directory.applications();
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/removePassword`;
    const keyId = application?.passwords[0]?.keyId;
    expect(() => oracle.arrives(request('POST', url, { keyId }))).toThrow(/^intent-first/);
  });

  it('sees a write long after the deadline of its intent', async () => {
    const made = await settledStage();
    const [application] = made.cloud.directory.applications();
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/addPassword`;
    await pass(made, dayMs);
    expect(() => made.oracle.arrives(request('POST', url, {}))).toThrow(/^deadline/);
  });

  it('sees a deletion at Nylas', async () => {
    const { oracle } = await settledStage();
    const url = 'https://api.us.nylas.localhost/v3/connectors/microsoft';
    expect(() => oracle.arrives(request('DELETE', url, {}))).toThrow(/^nylas: A deletion/);
  });

  it('sees a secret in a text, and not where there is none', async () => {
    const made = await settledStage();
    const text = made.cloud.vault.state.current(memberOf(made).secretName)?.value ?? '';
    expect(() => made.oracle.said('log', `it is ${text}`)).toThrow(/^secret-leaked: log/);
    expect(() => made.oracle.said('log', 'it is nothing')).not.toThrow();
  });

  it('sees that a person is told of a loss that is none', async () => {
    const made = await settledStage();
    const member = memberOf(made);
    expect(() => made.oracle.told(member, 'registration-lost')).toThrow(/^absent-is-not-unknown/);
    expect(() => made.oracle.told(member, 'settled')).not.toThrow();
  });

  it('sees a connector with a dead credential that nobody mends', async () => {
    const made = await settledStage();
    const { cloud, oracle } = made;
    const member = memberOf(made);
    const one = member.connectors[0];
    made.byHand('garbage', () =>
      cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
        settings: { clientId: appIdOf(made), clientSecret: 'abc8Q~garbage', tenant: 'common' },
      }),
    );
    await pass(made, 3 * dayMs);
    expect(() => oracle.review()).toThrow(/^connector-works/);
  });
});

describe('what stood in the way', () => {
  it('excuses a connector that could not be reached, and none that could', async () => {
    const made = await settledStage();
    const { cloud, obstacles } = made;
    const member = memberOf(made);
    const one = member.connectors[0];
    const over = obstacles.begin('a test', ['push', 'issue', 'see'], [member.key]);
    made.byHand('garbage', () =>
      cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
        settings: { clientId: appIdOf(made), clientSecret: 'abc8Q~garbage', tenant: 'common' },
      }),
    );
    await pass(made, 3 * dayMs);
    expect(cloud.account.outageSeconds).toBe(0);
    over();
    // The excuse ends with what stood in the way: from then on the time counts.
    await pass(made, 3 * dayMs);
    expect(cloud.account.outageSeconds).toBeGreaterThan(0);
  });

  it('never excuses a credential that Keeper itself removed', async () => {
    const made = await settledStage();
    const { cloud, obstacles } = made;
    obstacles.begin('a test', ['push', 'issue', 'see']);
    const [application] = cloud.directory.applications();
    const serving = application?.passwords[0];
    cloud.settle();
    const { directory } = cloud;
    const call = directory.call({
      principalId: keeperIdentity.principalId,
      roles: ['Application.ReadWrite.OwnedBy'],
    });
    directory.settle();
    const { removePassword } =
      await import('../../../src/local/simulators/directory-credentials.ts');
    const list = { on: 'application', key: { by: 'appId', value: appIdOf(made) } } as const;
    removePassword(directory.store, call, { list, keyId: serving?.keyId ?? '' });
    cloud.settle();
    await pass(made, hourMs);
    expect(() => made.oracle.review()).toThrow(/^connector-works: .*removed-by-keeper/);
  });
});

describe('chainReader()', () => {
  const genesis = '0'.repeat(64);

  it('takes a chain that continues', () => {
    const reader = chainReader();
    const first = lineOf(1, genesis, { kind: 'configuration', configuration: 'a' });
    const second = lineOf(2, first.hash, { kind: 'configuration', configuration: 'b' });
    reader.appended('one', first.text, 0);
    reader.appended('one', second.text, 0);
    expect(reader.chain('one').seq).toBe(2);
  });

  it.each([
    ['another number', (first: string) => lineOf(3, first, { kind: 'configuration' }).text],
    ['another line before it', () => lineOf(2, genesis, { kind: 'configuration' }).text],
    [
      'a changed word',
      (first: string) => lineOf(2, first, { kind: 'configuration' }).text.replace('2026', '2027'),
    ],
    [
      'an outcome of nothing',
      (first: string) => lineOf(2, first, { kind: 'outcome', intent: 'x' }).text,
    ],
  ])('refuses %s', (_what, made) => {
    const reader = chainReader();
    const first = lineOf(1, genesis, { kind: 'configuration', configuration: 'a' });
    reader.appended('one', first.text, 0);
    expect(() => reader.appended('one', made(first.hash), 0)).toThrow(/^chain/);
  });
});
