/** Making checkpoints over what was not written or published so. */
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/audit/canonical.ts';
import { makeCheckpoint, type Checkpointed } from '../../../src/audit/checkpoint.ts';
import { chainFile, checkpointFiles } from '../../../src/audit/files.ts';
import { decodeHeads, type ChainHead } from '../../../src/audit/heads.ts';
import { decodeJws } from '../../../src/audit/statement.ts';
import { clockSkewMs } from '../../../src/core/limits.ts';
import { partsOf, rotation, testSigner } from '../../support/audit-log.ts';
import { verdictOn } from '../../vectors/make-audit.ts';
import { day, headOf, headsOf, make, newDesk, valueOf, type Desk } from './desk.ts';
import { withEndless } from './faults.ts';

let desk: Desk;

beforeEach(() => {
  desk = newDesk();
});

describe('a log that contradicts its checkpoints', () => {
  const heads = checkpointFiles(2).heads;
  const jws = checkpointFiles(2).jws;

  it.each<[string, () => void]>([
    ['heads-unreadable', () => desk.log.bytes.delete(heads)],
    ['heads-unreadable', () => desk.log.put(heads, desk.log.text(heads).slice(0, -1))],
    ['heads-unreadable', () => desk.log.put(heads, desk.log.text(checkpointFiles(1).heads))],
    ['statement-unreadable', () => desk.log.put(jws, 'a.b.c\n')],
    ['statement-of-other-heads', () => desk.log.put(jws, desk.log.text(checkpointFiles(1).jws))],
    [
      'bad-signature',
      () => desk.log.put(jws, desk.log.text(jws).replace(/\.[^.]*$/, `.${'A'.repeat(86)}\n`)),
    ],
    [
      'gap',
      () => {
        desk.log.bytes.delete(checkpointFiles(1).heads);
        desk.log.bytes.delete(checkpointFiles(1).jws);
      },
    ],
  ])('gets none, and the contradiction is told: %s', async (what, tamper) => {
    await make(desk, 1);
    desk.calendar.write(...rotation('k2'));
    await make(desk, 2);
    tamper();
    const before = [...desk.log.bytes.keys()];
    desk.signer.signed.length = 0;
    expect(await make(desk, 3)).toEqual({ kind: 'contradiction', number: 2, what });
    expect([...desk.log.bytes.keys()]).toEqual(before);
    expect(desk.signer.signed).toEqual([]);
  });

  it('gets none over heads that were begun and are not readable', async () => {
    desk.log.put(checkpointFiles(1).heads, 'rubbish\n');
    const told = { kind: 'contradiction', number: 1, what: 'heads-unreadable' };
    expect(await make(desk, 1)).toEqual(told);
    expect(desk.signer.signed).toEqual([]);
  });

  it('gets none where the one before that was begun does not hold', async () => {
    await make(desk, 1);
    await make(desk, 2);
    desk.log.bytes.delete(jws);
    desk.log.put(checkpointFiles(1).jws, 'a.b.c\n');
    desk.signer.signed.length = 0;
    const told = { kind: 'contradiction', number: 1, what: 'statement-unreadable' };
    expect(await make(desk, 3)).toEqual(told);
    expect(desk.signer.signed).toEqual([]);
  });

  it.each([
    ['heads-unreadable', heads],
    ['statement-unreadable', jws],
  ])('gets none over a file without end, which is not read to its end: %s', async (what, name) => {
    await make(desk, 1);
    await make(desk, 2);
    const parts = partsOf(desk.log, desk.signer, { files: withEndless(desk.log, name) });
    expect(await make(desk, 3, parts)).toEqual({ kind: 'contradiction', number: 2, what });
  });

  it('gets none over heads without end that were begun', async () => {
    await make(desk, 1);
    desk.log.put(heads, 'x');
    const parts = partsOf(desk.log, desk.signer, { files: withEndless(desk.log, heads) });
    const told = { kind: 'contradiction', number: 2, what: 'heads-unreadable' };
    expect(await make(desk, 3, parts)).toEqual(told);
  });

  it('whose key the vault does not know any more gets none', async () => {
    await make(desk, 1);
    const other = testSigner('another');
    expect(await make(desk, 2, partsOf(desk.log, other))).toMatchObject({ what: 'bad-signature' });
  });
});

/** What somebody who may write to storage put there as the heads of the second one. */
interface Planted {
  readonly heading?: Readonly<Record<string, unknown>>;
  readonly calendar?: Partial<ChainHead>;
  /** Other chains than those of the first one. */
  readonly chains?: readonly ChainHead[];
}

/** Puts heads there that continue the first statement, but for what is changed; two hours before day 3. */
async function plant({ heading, calendar, chains }: Planted): Promise<Checkpointed> {
  const first = decodeHeads(desk.log.text(checkpointFiles(1).heads));
  const signed = decodeJws(desk.log.text(checkpointFiles(1).jws));
  if (!first || !signed) throw new Error('Cannot read');
  const next = { number: 2, prev: signed.id, at: new Date(day(2).now).toISOString() };
  const heads = (chains ?? first.chains).map((one) =>
    one.chain === 'calendar' ? { ...one, ...calendar } : one,
  );
  const lines = [{ ...first.heading, ...next, ...heading }, ...heads];
  const text = lines.map((one) => `${canonicalJson(one)}\n`).join('');
  desk.log.put(checkpointFiles(2).heads, text);
  return valueOf(await makeCheckpoint(partsOf(desk.log, desk.signer), day(3)));
}

const instant = (ms: number): string => new Date(ms).toISOString();

describe('heads that are there unsigned', () => {
  const notOurs = { kind: 'contradiction', number: 2, what: 'heads-not-ours' };
  let lineHashes: readonly string[];

  beforeEach(async () => {
    await make(desk, 1);
    desk.calendar.write(...rotation('k2'));
    lineHashes = desk.log
      .text(chainFile('calendar', 1))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { hash: string }).hash);
  });

  it('are signed where Keeper would have begun so', async () => {
    expect(await plant({})).toMatchObject({ kind: 'made', number: 2 });
    expect(await verdictOn(desk.log)).toMatchObject({ ok: true, statements: { good: 2 } });
  });

  it('are signed where a chain had come further, or was gone, when they were made', async () => {
    const bytes = desk.log.text(chainFile('calendar', 1)).split('\n', 15).join('\n').length + 1;
    const calendar = { entries: 15, hash: lineHashes[14] ?? '', bytes };
    desk.log.bytes.delete(chainFile('mail', 1));
    desk.log.asked.length = 0;
    expect(await plant({ calendar })).toMatchObject({ kind: 'made', number: 2 });
    expect(headOf(desk.log, 2, 'calendar')).toMatchObject(calendar);
  });

  it('are compared up to where they stand, and no further', async () => {
    desk.calendar.nextPart();
    desk.calendar.write(...rotation('k3'));
    const bytes = desk.log.text(chainFile('calendar', 1)).length;
    desk.log.asked.length = 0;
    await plant({ calendar: { entries: 20, hash: lineHashes[19] ?? '', bytes } });
    const reads = desk.log.asked.filter((one) => one.startsWith('read audit/calendar/'));
    expect(reads).toEqual([
      `read ${chainFile('calendar', 1)} ${headOf(desk.log, 1, 'calendar')?.bytes}`,
    ]);
  });

  it.each<[string, () => number, boolean]>([
    ['at the instant of the last statement', () => day(1).now, true],
    ['a millisecond before it', () => day(1).now - 1, false],
    ['as far ahead as clocks may be', () => day(3).now + clockSkewMs, true],
    ['a millisecond further', () => day(3).now + clockSkewMs + 1, false],
  ])('and were made %s: signed only if that can be', async (_, at, isOurs) => {
    const made = await plant({ heading: { at: instant(at()) } });
    if (isOurs) expect(made).toMatchObject({ kind: 'made', number: 2 });
    else expect(made).toEqual(notOurs);
  });

  it.each<[string, () => Planted]>([
    ['continue another statement', () => ({ heading: { prev: 'f'.repeat(64) } })],
    ['are of another log', () => ({ heading: { log: 'anotherlog.example' } })],
    ['leave out a chain', () => ({ chains: headsOf(desk.log, 1).slice(0, 1) })],
    ['name another hash', () => ({ calendar: { hash: 'f'.repeat(64) } })],
    ['name another hash further on', () => ({ calendar: { entries: 15, hash: 'f'.repeat(64) } })],
    ['go back', () => ({ calendar: { entries: 5, hash: lineHashes[4] ?? '' } })],
    ['go back by the number alone', () => ({ calendar: { entries: 5 } })],
    ['go on by the number alone', () => ({ calendar: { entries: 15 } })],
    ['name entries that are not there', () => ({ calendar: { entries: 99 } })],
    [
      'name entries that are not there, with the hash of the last',
      () => ({ calendar: { entries: 99, hash: lineHashes[19] ?? '' } }),
    ],
    [
      'name a chain that never was',
      () => ({
        chains: [
          ...headsOf(desk.log, 1),
          { chain: 'zebra', entries: 3, hash: 'f'.repeat(64), blob: 1, bytes: 100 },
        ],
      }),
    ],
  ])('are never signed where they %s', async (_, planted) => {
    desk.signer.signed.length = 0;
    expect(await plant(planted())).toEqual(notOurs);
    expect(desk.signer.signed).toEqual([]);
    expect(desk.log.bytes.has(checkpointFiles(2).jws)).toBe(false);
  });
});

describe('heads that somebody else has put there', () => {
  it.each<[string, Partial<ChainHead>]>([
    ['within the last line', { bytes: 5 }],
    ['behind the end', { bytes: 1_000_000_000 }],
    ['in a part that is not there', { blob: 7 }],
    ['with a defect that is none', { defect: 'missing' }],
  ])('are not signed when they name a place %s', async (_name, change) => {
    await make(desk, 1);
    const first = decodeHeads(desk.log.text(checkpointFiles(1).heads));
    const signed = decodeJws(desk.log.text(checkpointFiles(1).jws));
    if (!first || !signed) throw new Error('There is no first checkpoint');
    const at = new Date(day(2).now).toISOString();
    const chains = first.chains.map((one) =>
      one.chain === 'calendar' ? { ...one, ...change } : one,
    );
    const lines = [{ ...first.heading, number: 2, prev: signed.id, at }, ...chains];
    desk.log.put(
      checkpointFiles(2).heads,
      lines.map((line) => `${canonicalJson(line)}\n`).join(''),
    );
    expect(await make(desk, 3)).toEqual({
      kind: 'contradiction',
      number: 2,
      what: 'heads-not-ours',
    });
  });

  it('are signed when all of them are as they should be, though the chain has gone on', async () => {
    await make(desk, 1);
    const first = decodeHeads(desk.log.text(checkpointFiles(1).heads));
    const signed = decodeJws(desk.log.text(checkpointFiles(1).jws));
    if (!first || !signed) throw new Error('There is no first checkpoint');
    const at = new Date(day(2).now).toISOString();
    const lines = [{ ...first.heading, number: 2, prev: signed.id, at }, ...first.chains];
    desk.log.put(
      checkpointFiles(2).heads,
      lines.map((line) => `${canonicalJson(line)}\n`).join(''),
    );
    desk.calendar.write(...rotation('k2'));
    expect(await make(desk, 3)).toMatchObject({ kind: 'made', number: 2 });
  });
});
