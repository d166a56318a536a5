/** Verifying a whole log: what is asked, what is told on the way, and what stands in its way. */
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpointFiles } from '../../../src/audit/files.ts';
import type { Heading } from '../../../src/audit/heads.ts';
import { keysAmong } from '../../../src/audit/key-file.ts';
import { reviewLog, type ReviewOptions } from '../../../src/audit/review.ts';
import type { ChainVerdict, LogVerdict } from '../../../src/audit/verdict.ts';
import { chainPen, deed, logStartAt, rotation } from '../../support/audit-log.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';
import { signAnew, something } from '../../vectors/workshop.ts';
import { day, make, newDesk, valueOf, type Desk } from './desk.ts';
import { fault, filesBehind, withEachFault, withEndless } from './faults.ts';

let desk: Desk;

beforeEach(async () => {
  desk = newDesk();
  await make(desk, 1);
});

async function reviewed(options: Partial<ReviewOptions> = {}): Promise<LogVerdict> {
  const { log } = desk;
  return valueOf(await reviewLog({ files: log, keyOf: keysAmong(log), ...options }));
}

async function chainIn(registration: string): Promise<ChainVerdict | undefined> {
  return (await reviewed()).chains.find((one) => one.registration === registration);
}

describe('reviewLog()', () => {
  it('tells of the log, its statements and its keys', async () => {
    desk.signer.rotate();
    await make(desk, 2);
    expect(await reviewed()).toMatchObject({
      ok: true,
      log: 'keeperlog.example',
      statements: {
        good: 2,
        first: new Date(day(1).now).toISOString(),
        last: new Date(day(2).now).toISOString(),
        faults: [],
        keys: [expect.any(String), desk.signer.key.kid],
      },
    });
  });

  it('has nothing to tell of a log that is empty', async () => {
    desk.log.bytes.clear();
    expect(await reviewed()).toEqual({
      ok: true,
      log: null,
      statements: { good: 0, first: null, last: null, faults: [], keys: [] },
      chains: [],
    });
  });

  it('shows each good entry, and tells when a chain is done', async () => {
    const seen: string[] = [];
    await reviewed({
      visit: (registration, entry) => seen.push(`${registration} ${entry.seq}`),
      progress: (done, total) => seen.push(`${done} of ${total}`),
    });
    const entries = Array.from({ length: 10 }, (_, index) => `calendar ${index + 1}`);
    expect(seen).toEqual([...entries, '1 of 2', 'mail 1', 'mail 2', '2 of 2']);
  });

  it('reads one chain alone where one is asked for', async () => {
    desk.log.put('audit/calendar/1.jsonl', 'rubbish\n');
    const progress: number[] = [];
    const verdict = await reviewed({
      registration: 'mail',
      progress: (...all) => progress.push(...all),
    });
    expect(verdict).toMatchObject({ ok: true, chains: [{ registration: 'mail', ok: true }] });
    expect(verdict.chains).toHaveLength(1);
    expect(progress).toEqual([1, 1]);
    expect((await reviewed({ registration: 'calendar' })).ok).toBe(false);
    expect((await reviewed({ registration: 'nobody' })).chains).toEqual([]);
  });

  it('has its chains in the order of their names, those that are gone among them', async () => {
    for (const name of ['zebra', 'archive', 'b']) chainPen(desk.log, name).write(something);
    await make(desk, 2);
    for (const name of ['calendar', 'archive', 'zebra'])
      desk.log.bytes.delete(`audit/${name}/1.jsonl`);
    const { ok, chains } = await reviewed();
    expect(ok).toBe(false);
    expect(chains.map((one) => [one.registration, one.ok, one.entries])).toEqual([
      ['archive', false, 0],
      ['b', true, 1],
      ['calendar', false, 0],
      ['mail', true, 2],
      ['zebra', false, 0],
    ]);
  });
});

describe('what a chain is proved by', () => {
  it('is the latest of the statements that cover most', async () => {
    await make(desk, 2);
    desk.calendar.write(...rotation('k2'));
    for (const number of [3, 4]) await make(desk, number);
    desk.calendar.write(something);
    expect(await chainIn('calendar')).toMatchObject({
      entries: 21,
      proved: { number: 4, at: new Date(day(4).now).toISOString(), seq: 20 },
      onlyChained: 1,
    });
    expect(await chainIn('mail')).toMatchObject({ proved: { number: 4, seq: 2 }, onlyChained: 0 });
    expect((await chainIn('mail'))?.proved).not.toHaveProperty('firstNumber');
  });

  it('is the latest also where a statement in between says something else', async () => {
    await make(desk, 2);
    await make(desk, 3);
    await signAnew(desk, 2, ({ heading, ...heads }) => ({
      ...heads,
      heading,
      chains: heads.chains.map((one) => ({ ...one, hash: 'f'.repeat(64) })),
    }));
    const { chains } = await reviewed();
    expect(findingsOf(await verdictOn(desk.log))).toEqual([
      'checkpoint 3 broken-link',
      'calendar other 2 10',
      'mail other 2 2',
    ]);
    expect(chains.map((one) => one.proved?.number)).toEqual([3, 3]);
  });

  it('is nothing where no statement covers a line of it', async () => {
    chainPen(desk.log, 'new').write(something, something);
    desk.log.put('audit/blank/1.jsonl', '');
    await make(desk, 0.5);
    expect(await chainIn('new')).toMatchObject({ ok: true, proved: null, onlyChained: 2 });
    await make(desk, 2);
    expect(await chainIn('blank')).toMatchObject({ ok: true, proved: null, onlyChained: 0 });
    expect(await chainIn('new')).toMatchObject({ proved: { number: 2, seq: 2 }, onlyChained: 0 });
  });
});

/** What is found when one of three is signed with another heading. */
async function foundWith(number: number, heading: Partial<Heading>): Promise<readonly string[]> {
  for (const each of [2, 3]) await make(desk, each);
  await signAnew(desk, number, (heads) => ({
    ...heads,
    heading: { ...heads.heading, ...heading },
  }));
  return findingsOf(await verdictOn(desk.log));
}

describe('statements that continue each other', () => {
  it('may be of the same instant', async () => {
    expect(await foundWith(3, { at: new Date(day(2).now).toISOString() })).toEqual([]);
  });

  it('are not earlier by a millisecond', async () => {
    const at = new Date(day(2).now - 1).toISOString();
    expect(await foundWith(3, { at })).toEqual(['checkpoint 3 earlier-than-before']);
  });

  it.each([`${'0'.repeat(63)}1`, `1${'0'.repeat(63)}`, `${'0'.repeat(32)}1${'0'.repeat(31)}`])(
    'begin with one behind nothing but zeros, not %s',
    async (prev) => {
      expect(await foundWith(1, { prev })).toContain('checkpoint 1 broken-link');
    },
  );
});

describe('what was begun', () => {
  it('is told in full where its end is not there', async () => {
    const effect = { kind: 'store-credential', keyId: 'k2' } as const;
    const intents = ['a', 'b', 'c'].flatMap((id) =>
      deed({ id, effect, because: 'rotation' }).slice(0, 1),
    );
    desk.calendar.write(
      ...intents,
      { kind: 'recovery', intent: 'a', finding: 'done' },
      { kind: 'outcome', intent: 'c', result: 'refused' },
    );
    const chain = await chainIn('calendar');
    const at = new Date(logStartAt + 11 * 60_000).toISOString();
    expect(chain?.openIntents).toEqual([{ id: 'b', seq: 12, at, effect: 'store-credential' }]);
    expect(chain).toMatchObject({ ok: true, strayOutcomes: [] });
  });
});

describe('a log that cannot be read', () => {
  it('gets no verdict: the fault is told, whatever was asked', async () => {
    desk.log.put('audit/calendar/2.jsonl', desk.log.text('audit/mail/1.jsonl'));
    await make(desk, 2);
    const told = await withEachFault((gate) => {
      const files = filesBehind(desk.log, gate);
      return reviewLog({ files, keyOf: keysAmong(files) });
    });
    // Two lists, two files of each checkpoint, a key, and each part of a chain that is read.
    expect(told.length).toBeGreaterThan(8);
    for (const one of told) expect(one).toEqual({ ok: false, fault });
    const asked = await reviewLog({ files: desk.log, keyOf: async () => ({ ok: false, fault }) });
    expect(asked).toEqual({ ok: false, fault });
  });

  it.each([
    ['heads-unreadable', checkpointFiles(1).heads],
    ['statement-unreadable', checkpointFiles(1).jws],
  ])('is not read without end: %s', async (what, name) => {
    const verdict = await reviewed({ files: withEndless(desk.log, name) });
    expect(verdict.statements.faults).toEqual([{ number: 1, fault: what }]);
  });
});
