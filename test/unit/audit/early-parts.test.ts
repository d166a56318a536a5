/** Role: a part that no pass reads yet is neither signed nor followed, and is told until it is gone. */
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeEntry } from '../../../src/audit/chain.ts';
import { beginning, walkChain, type Place, type Walk } from '../../../src/audit/chain-walk.ts';
import {
  chainFile,
  chainsAmong,
  checkpointFiles,
  type AuditFiles,
} from '../../../src/audit/files.ts';
import { encodeHeads, type ChainHead } from '../../../src/audit/heads.ts';
import { logStartAt, rotation } from '../../support/audit-log.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';
import { signAnew, something } from '../../vectors/workshop.ts';
import { headOf, make, newDesk, type Desk } from './desk.ts';

const partLines = 10;
const [first, second] = [chainFile('calendar', 1), chainFile('calendar', 2)];

/** A desk whose parts are full with so many lines. `calendar` has just filled its first. */
function deskOf(lines?: number): Desk {
  const desk = newDesk();
  const { partLines: any, ...files } = desk.log;
  expect(any).toBe(0);
  return { ...desk, log: lines === undefined ? files : { ...files, partLines: lines } };
}

/** One well-formed line that continues the chain of `mail`, in a part that no pass reads. */
function forgeSecondPart(desk: Desk): void {
  const { line } = encodeEntry(something, logStartAt, desk.mail.link);
  desk.log.put(chainFile('mail', 2), line);
}

/** A head as older builds wrote it. */
function withoutBytesBefore({ chain, entries, hash, blob, bytes }: ChainHead): ChainHead {
  return { chain, entries, hash, blob, bytes };
}

/** Walks through `calendar` from a place on. */
async function walked(files: AuditFiles, from: Place): Promise<Walk> {
  const listed = await files.list('audit');
  const [chain] = listed.ok ? chainsAmong(listed.value) : [];
  if (!chain) throw new Error('There is no chain');
  const walk = await walkChain(files, chain, from);
  if (!walk.ok) throw new Error(walk.fault.kind);
  return walk.value;
}

describe('a part begun before the one before it is full', () => {
  let desk: Desk;

  beforeEach(() => {
    desk = deskOf();
  });

  it('is not signed: checkpoints go on in the part that passes write, and tell of it each time', async () => {
    await make(desk, 1);
    forgeSecondPart(desk);
    for (const day of [2, 3, 4, 5, 6]) {
      const made = await make(desk, day);
      const head = {
        entries: desk.mail.link.seq,
        hash: desk.mail.link.hash,
        blob: 1,
        defect: 'early-part',
      };
      expect(headOf(desk.log, day, 'mail')).toMatchObject(head);
      expect(made).toMatchObject({ kind: 'made', broken: [{ chain: 'mail', ...head }] });
      desk.mail.write(...rotation(`k${day}`));
    }
    // Every line of Keeper's but those of the last day is covered.
    const { chains } = await verdictOn(desk.log);
    expect(chains.find((one) => one.registration === 'mail')).toMatchObject({
      ok: false,
      entries: 52,
      proved: { number: 6, seq: 42 },
      unmet: [],
      defect: { seq: 53, defect: 'early-part' },
    });
  });

  it('is told too where an older build has signed it', async () => {
    await make(desk, 1);
    const { link, line } = encodeEntry(something, logStartAt, desk.mail.link);
    forgeSecondPart(desk);
    await signAnew(desk, 1, (heads) => ({
      ...heads,
      chains: heads.chains.map((one): ChainHead =>
        one.chain === 'mail'
          ? { ...one, entries: link.seq, hash: link.hash, blob: 2, bytes: line.length }
          : one,
      ),
    }));
    desk.mail.write(...rotation('k2'));
    expect(await make(desk, 2)).toMatchObject({
      kind: 'made',
      broken: [{ chain: 'mail', entries: link.seq, blob: 2, defect: 'early-part' }],
    });
    expect(findingsOf(await verdictOn(desk.log))).toContain(`mail other 2 ${link.seq}`);
  });

  it('is none while nothing stands in it', async () => {
    desk.log.put(chainFile('mail', 2), '');
    expect(await make(desk, 1)).toMatchObject({ kind: 'made', broken: [] });
  });

  it('counts from line 40,001 on, where a log says nothing else, and not a line earlier', async () => {
    const { log } = desk;
    const { partLines: _, ...files } = log;
    const before = 'lines that are not read\n';
    const from = { ...beginning, seq: 39_998, hash: 'f'.repeat(64), bytes: before.length };
    const one = encodeEntry(something, logStartAt, from);
    const other = encodeEntry(something, logStartAt, one.link);
    log.put(first, before + one.line);
    log.put(second, other.line);
    expect((await walked(files, from)).defect).toEqual({ seq: 40_000, defect: 'early-part' });
    log.put(first, before + one.line + other.line);
    log.put(second, encodeEntry(something, logStartAt, other.link).line);
    const walk = await walked(files, from);
    expect(walk).toMatchObject({ place: { seq: 40_001, blob: 2 } });
    expect(walk).not.toHaveProperty('defect');
  });
});

describe('a part that was full', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = deskOf(partLines);
    desk.calendar.nextPart();
    desk.calendar.write(something);
    await make(desk, 1);
  });

  it('is remembered by its bytes', async () => {
    const bytes = desk.log.text(first).length;
    expect(headOf(desk.log, 1, 'calendar')).toMatchObject({ blob: 2, bytesBefore: bytes });
    expect(headOf(desk.log, 1, 'mail')).not.toHaveProperty('bytesBefore');
    desk.calendar.write(...rotation('k2').slice(1));
    await make(desk, 2);
    expect(headOf(desk.log, 2, 'calendar')).toMatchObject({ blob: 2, bytesBefore: bytes });
    desk.calendar.nextPart();
    desk.calendar.write(something);
    await make(desk, 3);
    expect(headOf(desk.log, 3, 'calendar')).toMatchObject({
      blob: 3,
      bytesBefore: bytes + desk.log.text(second).length,
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['longer', (text) => `${text}${text.split('\n').at(-2)}\n`, 'grown'],
    ['shorter', (text) => text.slice(0, -1), 'shorter'],
  ])('and is %s now is told at each checkpoint', async (_, change, defect) => {
    desk.log.put(first, change(desk.log.text(first)));
    for (const day of [2, 3]) {
      const broken = [{ chain: 'calendar', entries: 11, blob: 2, defect }];
      expect(await make(desk, day)).toMatchObject({ kind: 'made', broken });
    }
  });

  it('but of which an older build told nothing, is remembered from now on', async () => {
    await signAnew(desk, 1, (heads) => ({
      ...heads,
      chains: heads.chains.map(withoutBytesBefore),
    }));
    const text = desk.log.text(first);
    desk.log.bytes.delete(first);
    await make(desk, 2);
    expect(headOf(desk.log, 2, 'calendar')).toMatchObject({ blob: 2, defect: 'missing' });
    expect(headOf(desk.log, 2, 'calendar')).not.toHaveProperty('bytesBefore');
    desk.log.put(first, text);
    expect(await make(desk, 3)).toMatchObject({ kind: 'made', broken: [] });
    expect(headOf(desk.log, 3, 'calendar')).toMatchObject({ bytesBefore: text.length });
  });

  it('may be left out by heads that an older build began, and must be right where it is told', async () => {
    const before = headOf(desk.log, 1, 'calendar');
    const names = checkpointFiles(1);
    const text = desk.log.text(names.heads);
    const [heading = ''] = text.split('\n');
    const plant = (bytesBefore: number | undefined): void => {
      const { bytesBefore: _, ...rest } = before ?? {};
      const chains = [
        { ...rest, ...(bytesBefore === undefined ? {} : { bytesBefore }) },
        headOf(desk.log, 1, 'mail'),
      ];
      desk.log.put(
        names.heads,
        encodeHeads(JSON.parse(heading) as never, chains as readonly ChainHead[]),
      );
      desk.log.bytes.delete(names.jws);
    };
    const right = before?.bytesBefore ?? 0;
    plant(right + 1);
    expect(await make(desk, 1)).toMatchObject({ kind: 'contradiction', what: 'heads-not-ours' });
    plant(undefined);
    expect(await make(desk, 1)).toMatchObject({ kind: 'made', number: 1 });
  });
});
