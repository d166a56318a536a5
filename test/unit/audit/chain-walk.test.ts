/** Reading a chain through its files, from any place on. */
import { beforeEach, describe, expect, it } from 'vitest';
import { beginning, walkChain, type Place, type Walk } from '../../../src/audit/chain-walk.ts';
import { chainFile, chainsAmong, type ListedChain } from '../../../src/audit/files.ts';
import { chainPen, memoryLog, rotation, type MemoryLog } from '../../support/audit-log.ts';
import { something } from '../../vectors/workshop.ts';

let log: MemoryLog;

beforeEach(() => {
  log = memoryLog();
  const calendar = chainPen(log, 'calendar');
  calendar.write(something, something, something);
  calendar.nextPart();
  calendar.write(something, something);
});

async function listed(): Promise<ListedChain> {
  const files = await log.list('audit');
  const [chain] = files.ok ? chainsAmong(files.value) : [];
  return chain ?? { registration: 'calendar', parts: [], hasGap: false };
}

/** Walks from a place; gives the numbers that were seen, and how it ended. */
async function walked(
  from: Place = beginning,
  last = 99,
): Promise<{ readonly seen: readonly number[]; readonly walk: Walk }> {
  const seen: number[] = [];
  const walk = await walkChain(log, await listed(), from, ({ seq }) => {
    seen.push(seq);
    return seq < last;
  });
  if (!walk.ok) throw new Error(walk.fault.kind);
  return { seen, walk: walk.value };
}

describe('walkChain()', () => {
  it('sees each entry of each part once, and ends behind the last', async () => {
    const { seen, walk } = await walked();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    const bytes = log.bytes.get(chainFile('calendar', 2))?.length;
    const bytesBefore = log.bytes.get(chainFile('calendar', 1))?.length;
    const place = { seq: 5, hash: expect.any(String), blob: 2, bytes, bytesBefore };
    expect(walk).toEqual({ place });
    expect(await walkChain(log, await listed(), beginning)).toEqual({ ok: true, value: walk });
  });

  it.each([1, 2, 3, 4, 5])('goes on from behind any entry: %d', async (last) => {
    const before = await walked(beginning, last);
    const after = await walked(before.walk.place);
    expect([...before.seen, ...after.seen]).toEqual([1, 2, 3, 4, 5]);
    expect(after.walk).toEqual((await walked()).walk);
  });

  it('ends where it is told so, and does not open a later part', async () => {
    log.asked.length = 0;
    const { seen, walk } = await walked(beginning, 3);
    expect(seen).toEqual([1, 2, 3]);
    expect(walk).toEqual({ place: expect.objectContaining({ seq: 3, blob: 1 }) });
    expect(log.asked).not.toContain(`read ${chainFile('calendar', 2)} 0`);
  });

  it('names the first entry that is not there when files are gone or shorter', async () => {
    const { place } = (await walked()).walk;
    const text = log.text(chainFile('calendar', 2));
    log.put(chainFile('calendar', 2), text.slice(0, -1));
    expect((await walked(place)).walk).toEqual({ place, defect: { seq: 6, defect: 'shorter' } });
    log.bytes.delete(chainFile('calendar', 2));
    expect((await walked(place)).walk).toEqual({ place, defect: { seq: 6, defect: 'missing' } });
  });

  it.each([
    ['too long to be an entry', 'too-long', Buffer.alloc(17_000, 'x')],
    ['no text', 'not-json', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ])('names a line that is %s', async (_, defect, line) => {
    const { place } = (await walked()).walk;
    const name = chainFile('calendar', 2);
    const whole = log.bytes.get(name) ?? new Uint8Array();
    log.bytes.set(name, Buffer.concat([whole, line, Buffer.from('\n')]));
    expect((await walked()).walk).toEqual({ place, defect: { seq: 6, defect } });
  });

  it('names the first entry behind a gap, and a line that was not finished', async () => {
    log.put(chainFile('calendar', 4), '');
    expect((await walked()).walk.defect).toEqual({ seq: 6, defect: 'missing' });
    log.put(chainFile('calendar', 2), log.text(chainFile('calendar', 2)).slice(0, -1));
    expect((await walked()).walk.defect).toEqual({ seq: 5, defect: 'cut-off' });
  });

  it('sees nothing of a part that ends in the middle of a line, though the next goes on', async () => {
    const [whole, second] = [chainFile('calendar', 1), chainFile('calendar', 2)];
    const line = log.text(whole).length - 5;
    const rest = log.text(whole).slice(line);
    log.put(whole, log.text(whole).slice(0, line));
    log.put(second, rest + log.text(second));
    const { seen, walk } = await walked();
    expect({ seen, defect: walk.defect }).toEqual({
      seen: [1, 2],
      defect: { seq: 3, defect: 'cut-off' },
    });
  });

  it('has nothing to see in a chain that is not there', async () => {
    log.bytes.clear();
    expect((await walked()).walk).toEqual({ place: beginning });
    chainPen(log, 'calendar').write(...rotation('k1'));
    expect((await walked()).walk.place.seq).toBe(10);
  });
});
