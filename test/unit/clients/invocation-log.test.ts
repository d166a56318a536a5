import { describe, expect, it } from 'vitest';
import {
  duringInvocation,
  invocationLog,
  toldChains,
  traceIdOf,
} from '../../../src/clients/invocation-log.ts';
import { appendEntry, blankHead } from '../../../src/audit/log.ts';
import { decodeLines, genesis } from '../../../src/audit/chain.ts';
import type { Log, LogFields } from '../../../src/reconcile/world.ts';
import { memoryChains } from '../../support/memory-stores.ts';

function recorded(): { log: Log; lines: (LogFields & { message: string })[] } {
  const lines: (LogFields & { message: string })[] = [];
  const tell = (message: string, fields: LogFields = {}) => lines.push({ message, ...fields });
  return { lines, log: { info: tell, warn: tell, error: tell } };
}

const first = { function: 'work', invocation: 'i-1', trace: 'f'.repeat(32) };
const second = { function: 'tick', invocation: 'i-2' };

describe('a log of invocations', () => {
  it('puts the invocation on each line, across waits, and keeps two apart', async () => {
    const { log, lines } = recorded();
    const told = invocationLog(log);
    const run = (invocation: typeof second) =>
      duringInvocation(invocation, async () => {
        told.info('began', { registration: 'calendar' });
        await Promise.resolve();
        told.error('ended');
      });
    await Promise.all([run(first), run(second)]);
    expect(lines).toEqual([
      { message: 'began', registration: 'calendar', ...first },
      { message: 'began', registration: 'calendar', ...second },
      { message: 'ended', ...first },
      { message: 'ended', ...second },
    ]);
  });

  it('says nothing of an invocation outside of one', () => {
    const { log, lines } = recorded();
    invocationLog(log).warn('alone', { a: 1 });
    expect(lines).toEqual([{ message: 'alone', a: 1 }]);
  });

  it.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c'],
    ['00-0AF7-b7ad-01', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('takes the trace id from %s', (traceparent, trace) => {
    expect(traceIdOf(traceparent)).toBe(trace);
  });
});

describe('chains that tell', () => {
  it('name each entry that is written, by number, kind, intent and hash', async () => {
    const { log, lines } = recorded();
    const store = memoryChains(() => 0);
    const chains = toldChains(store, invocationLog(log));
    await duringInvocation(second, async () => {
      const intent = {
        kind: 'intent',
        id: '11111111-2222-4333-8444-555555555555',
        effect: { kind: 'create-service-principal', appId: '11111111-2222-4333-8444-666666666666' },
        deadlineAt: 5,
        worker: 'w',
        because: 'missing',
      } as const;
      const one = await appendEntry(chains, 'calendar', blankHead, intent, 1);
      if (!one.ok || !one.value) throw new Error('not appended');
      const outcome = { kind: 'outcome', intent: intent.id, result: 'done' } as const;
      await appendEntry(chains, 'calendar', one.value.head, outcome, 2);
    });
    const { link } = decodeLines(store.texts.get('calendar') ?? '', genesis);
    expect(lines).toEqual([
      {
        message: 'entry written',
        registration: 'calendar',
        seq: 1,
        kind: 'intent',
        intent: '11111111-2222-4333-8444-555555555555',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        ...second,
      },
      expect.objectContaining({
        seq: 2,
        kind: 'outcome',
        intent: '11111111-2222-4333-8444-555555555555',
        hash: link.hash,
      }),
    ]);
  });

  it('name nothing that was not written', async () => {
    const { log, lines } = recorded();
    const store = memoryChains(() => 0);
    const chains = toldChains(store, log);
    const body = { kind: 'observation', seen: { what: 'secret-known' } } as const;
    await appendEntry(chains, 'calendar', blankHead, body, 1);
    const late = await appendEntry(chains, 'calendar', blankHead, body, 2);
    expect(late).toEqual({ ok: true, value: undefined });
    expect(lines.map(({ seq }) => seq)).toEqual([1]);
  });
});
