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
