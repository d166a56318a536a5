import { describe, expect, it } from 'vitest';
import { appendEntry, blankHead, readLog } from '../../../src/audit/log.ts';
import { verifyAll, verifyChain } from '../../../src/audit/verify.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import { memoryChains } from '../../support/memory-stores.ts';

const at = Date.parse('2026-01-05T08:00:00Z');
const intent = (id: string): EntryBody => ({
  kind: 'intent',
  id,
  effect: { kind: 'create-service-principal', appId: 'a' },
  deadlineAt: at,
  worker: 'w',
  because: 'missing',
});

async function chainOf(bodies: readonly EntryBody[]): Promise<ReturnType<typeof memoryChains>> {
  const chains = memoryChains(() => at);
  let head = blankHead;
  for (const body of bodies) {
    const appended = await appendEntry(chains, 'calendar', head, body, at);
    if (!appended.ok || !appended.value) throw new Error('Cannot append');
    head = appended.value.head;
  }
  return chains;
}

describe('verifyChain()', () => {
  it('counts entries, and intents that are still open', async () => {
    const chains = await chainOf([
      intent('a'),
      { kind: 'outcome', intent: 'a', result: 'done' },
      intent('b'),
    ]);
    expect(await verifyChain(chains, 'calendar')).toMatchObject({
      value: { entries: 3, verified: true, openIntents: 1, strayOutcomes: 0 },
    });
  });

  it('does not accept an outcome of nothing', async () => {
    const chains = await chainOf([intent('a'), { kind: 'outcome', intent: 'z', result: 'done' }]);
    expect(await verifyChain(chains, 'calendar')).toMatchObject({
      value: { verified: false, strayOutcomes: 1 },
    });
  });

  it('names the first line that was changed', async () => {
    const chains = await chainOf([intent('a'), intent('b'), intent('c')]);
    chains.texts.set(
      'calendar',
      (chains.texts.get('calendar') ?? '').replace('"id":"b"', '"id":"x"'),
    );
    expect(await verifyAll(chains)).toMatchObject({
      value: [{ verified: false, entries: 1, defect: { seq: 2, defect: 'wrong-hash' } }],
    });
  });

  it('notices a line that was taken out', async () => {
    const chains = await chainOf([intent('a'), intent('b'), intent('c')]);
    const lines = (chains.texts.get('calendar') ?? '').split('\n');
    chains.texts.set('calendar', [lines[0], lines[2], ''].join('\n'));
    expect(await verifyChain(chains, 'calendar')).toMatchObject({
      value: { defect: { seq: 2, defect: 'wrong-number' } },
    });
  });
});

describe('what verification counts', () => {
  it('is neither an intent that was recovered, nor what closes none', async () => {
    const chains = await chainOf([
      intent('a'),
      { kind: 'recovery', intent: 'a', finding: 'in-doubt' },
      intent('b'),
      { kind: 'observation', seen: { what: 'secret-known' } },
    ]);
    expect(await verifyChain(chains, 'calendar')).toMatchObject({
      value: { registration: 'calendar', openIntents: 1, strayOutcomes: 0, verified: true },
    });
  });

  it('is each stray outcome, and one that comes twice', async () => {
    const done = { kind: 'outcome', intent: 'a', result: 'done' } as const;
    const chains = await chainOf([intent('a'), done, done, done]);
    expect(await verifyChain(chains, 'calendar')).toMatchObject({
      value: { strayOutcomes: 2, verified: false },
    });
  });

  it('ends with the hash of the head, and has no defect where there is none', async () => {
    const chains = await chainOf([intent('a')]);
    const read = await readLog(chains, 'calendar', blankHead);
    const verified = await verifyChain(chains, 'calendar');
    expect(verified.ok && read.ok && verified.value.headHash).toBe(read.ok && read.value.head.hash);
    expect(verified.ok && Object.keys(verified.value)).not.toContain('defect');
    expect(read.ok && Object.keys(read.value)).not.toContain('defect');
  });

  it('is every chain', async () => {
    const chains = await chainOf([intent('a')]);
    chains.texts.set('mail', chains.texts.get('calendar') ?? '');
    const verified = await verifyAll(chains);
    expect(verified.ok && verified.value.map((one) => one.registration)).toEqual([
      'calendar',
      'mail',
    ]);
  });
});

describe('a store that does not answer', () => {
  const fault = { kind: 'timeout', vendor: 'storage' } as const;
  const broken = (part: 'readTail' | 'append' | 'list'): ReturnType<typeof memoryChains> => {
    const chains = memoryChains(() => at);
    chains.texts.set('calendar', '');
    return { ...chains, [part]: async () => ({ ok: false, fault }) };
  };

  it('is told as a fault, not as an empty chain', async () => {
    const told = { ok: false, fault };
    expect(await readLog(broken('readTail'), 'calendar', blankHead)).toEqual(told);
    expect(await verifyChain(broken('readTail'), 'calendar')).toEqual(told);
    expect(await verifyAll(broken('readTail'))).toEqual(told);
    expect(await verifyAll(broken('list'))).toEqual(told);
    expect(await appendEntry(broken('append'), 'calendar', blankHead, intent('a'), at)).toEqual(
      told,
    );
  });
});

describe('readLog()', () => {
  it('reads on from where a reader stands, by the clock of the storage', async () => {
    const chains = await chainOf([intent('a'), intent('b')]);
    const all = await readLog(chains, 'calendar', blankHead);
    expect(blankHead.position).toEqual({ blob: 1, offset: 0, blocks: 0 });
    if (!all.ok) throw new Error('Cannot read');
    expect(all.value).toMatchObject({
      storageAt: at,
      head: { seq: 2, position: { blob: 1, blocks: 2 } },
    });
    const none = await readLog(chains, 'calendar', all.value.head);
    expect(none).toEqual({
      ok: true,
      value: { entries: [], head: all.value.head, storageAt: at },
    });
    const appended = await appendEntry(chains, 'calendar', all.value.head, intent('c'), at);
    const more = await readLog(chains, 'calendar', all.value.head);
    expect(more).toMatchObject({ value: { entries: [{ id: 'c', seq: 3 }] } });
    expect(more.ok && more.value.head).toEqual(appended.ok && appended.value?.head);
  });
});

describe('appendEntry()', () => {
  it('loses to one who was first, and writes nothing', async () => {
    const chains = await chainOf([intent('a')]);
    const late = await appendEntry(chains, 'calendar', blankHead, intent('b'), at);
    expect(late).toEqual({ ok: true, value: undefined });
    expect(await readLog(chains, 'calendar', blankHead)).toMatchObject({
      value: { entries: { length: 1 } },
    });
  });
});
