import { beforeEach, describe, expect, it } from 'vitest';
import { checkpoint } from '../../../src/functions/handlers.ts';
import type { Surroundings } from '../../../src/functions/handlers.ts';
import {
  chainPen,
  dayMs,
  hourMs,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type ChainPen,
  type MemoryLog,
} from '../../support/audit-log.ts';

interface Said {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

let log: MemoryLog;
let calendar: ChainPen;
let said: Said[];
let now: number;

beforeEach(() => {
  log = memoryLog();
  calendar = chainPen(log, 'calendar');
  calendar.write(...rotation('k1'));
  said = [];
  now = logStartAt + dayMs;
});

const say =
  (level: string) =>
  (message: string, fields: object = {}): void =>
    void said.push({ level, message, fields });

/** The handler needs a clock and a log of its world, nothing else. */
const surroundings = {
  world: {
    clock: { now: () => now },
    log: { info: say('info'), warn: say('warn'), error: say('error') },
  },
} as unknown as Surroundings;

describe('the checkpoint timer', () => {
  it('makes none without a key, and asks nothing', async () => {
    await checkpoint(surroundings, undefined);
    expect({ said, asked: log.asked }).toEqual({ said: [], asked: [] });
  });

  it('makes one, and hands its statement to the log of the app', async () => {
    await checkpoint(surroundings, partsOf(log, testSigner()));
    const statement = log.text('checkpoints/00000001.jws').trim();
    expect(statement).not.toBe('');
    expect(said).toEqual([
      { level: 'info', message: 'checkpoint', fields: { checkpoint: 1, statement } },
    ]);
  });

  it('makes one a day, and asks nothing in between', async () => {
    const parts = partsOf(log, testSigner());
    for (let hour = 0; hour < 72; hour += 1) {
      const before = log.asked.length;
      await checkpoint(surroundings, parts);
      if (hour % 24 !== 0) expect(log.asked.length, `hour ${hour}`).toBe(before);
      now += hourMs;
    }
    const numbers = said.map(({ fields }) => (fields as { checkpoint: number }).checkpoint);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('of another process finds that none is due, says nothing, and does not ask again', async () => {
    const signer = testSigner();
    await checkpoint(surroundings, partsOf(log, signer));
    said.length = 0;
    now += hourMs;
    const other = partsOf(log, signer);
    await checkpoint(surroundings, other);
    expect(said).toEqual([]);
    const asked = log.asked.length;
    now += hourMs;
    await checkpoint(surroundings, other);
    expect(log.asked).toHaveLength(asked);
    now += 21.5 * hourMs;
    await checkpoint(surroundings, other);
    expect(said).toMatchObject([{ message: 'checkpoint', fields: { checkpoint: 2 } }]);
  });

  it('tries again at the next turn after a fault', async () => {
    const signer = testSigner();
    const fault = { kind: 'throttled', vendor: 'vault' } as const;
    let isDown = true;
    const parts = partsOf(log, {
      ...signer,
      currentKey: async () => (isDown ? { ok: false, fault } : signer.currentKey()),
    });
    await checkpoint(surroundings, parts);
    expect(said).toEqual([
      {
        level: 'warn',
        message: 'checkpoint not made; tried again at the next turn',
        fields: { fault: 'throttled', vendor: 'vault' },
      },
    ]);
    isDown = false;
    now += hourMs;
    await checkpoint(surroundings, parts);
    expect(said.at(-1)).toMatchObject({ message: 'checkpoint', fields: { checkpoint: 1 } });
  });

  it('tells a contradiction at each turn, and makes none', async () => {
    const parts = partsOf(log, testSigner());
    log.put('checkpoints/00000001.heads.jsonl', 'rubbish\n');
    await checkpoint(surroundings, parts);
    now += hourMs;
    await checkpoint(surroundings, parts);
    const told = {
      level: 'error',
      message: 'audit log contradicts its checkpoint',
      fields: { checkpoint: 1, what: 'heads-unreadable' },
    };
    expect(said).toEqual([told, told]);
    expect(log.bytes.has('checkpoints/00000001.jws')).toBe(false);
  });

  it('tells each chain that is not what was written', async () => {
    const parts = partsOf(log, testSigner());
    await checkpoint(surroundings, parts);
    said.length = 0;
    log.put('audit/calendar/1.jsonl', `${log.text('audit/calendar/1.jsonl')}rubbish\n`);
    now += dayMs;
    await checkpoint(surroundings, parts);
    expect(said).toMatchObject([
      {
        level: 'error',
        message: 'audit chain is not what was written',
        fields: { chain: 'calendar', entries: 10, defect: 'not-json' },
      },
      { level: 'info', message: 'checkpoint', fields: { checkpoint: 2 } },
    ]);
  });
});
