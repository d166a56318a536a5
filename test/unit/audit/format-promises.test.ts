/** Role: promises of docs/audit-format.md at the edges, where two verifiers might part ways. */
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/audit/canonical.ts';
import { decodeLine, genesis } from '../../../src/audit/chain.ts';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { decodeHeads, encodeHeads } from '../../../src/audit/heads.ts';
import { encodeKey, keyFileName, keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt } from '../../../src/audit/receipt-making.ts';
import { checkReceipt } from '../../../src/audit/receipt.ts';
import { decodeJws, encodeJws, signingInput } from '../../../src/audit/statement.ts';
import { teller } from '../../../src/audit/story.ts';
import {
  chainPen,
  dayMs,
  deed,
  forgedLine,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';
import { signAnew, smallLog, something } from '../../vectors/workshop.ts';

const unsigned = { v: 1, seq: 1, at: '2026-11-01T08:00:00.000Z', prev: genesis.hash } as const;
const body = { kind: 'configuration', configuration: 'c0ffee' } as const;

/** The defect of a first line with a right hash. */
function defectOf(members: Record<string, unknown>): string | undefined {
  const read = decodeLine(forgedLine({ ...unsigned, ...body, ...members }).trimEnd(), genesis);
  return 'defect' in read ? read.defect : undefined;
}

let log: MemoryLog;
let signer: TestSigner;

beforeEach(() => {
  log = memoryLog();
  signer = testSigner();
});

async function checkpoint(number: number): Promise<void> {
  const now = logStartAt + number * dayMs;
  await makeCheckpoint(partsOf(log, signer), { now, everyMs: 1 });
}

describe('a line', () => {
  it('is too long by its bytes, not by its characters (section 2)', () => {
    expect(defectOf({ more: 'é'.repeat(10_000) })).toBe('too-long');
  });

  it('is too long before it is anything else (section 2)', async () => {
    const bytes = Buffer.concat([Buffer.alloc(16_385, 0xff), Buffer.from('\n')]);
    log.put('audit/calendar/1.jsonl', bytes);
    expect(findingsOf(await verdictOn(log))).toEqual(['calendar:1 too-long']);
  });

  it('is the same in pieces of any size (section 2)', async () => {
    const line = forgedLine({ ...unsigned, ...body, more: 'é'.repeat(8_150) });
    expect(Buffer.byteLength(line)).toBeGreaterThan(16_384);
    const found = [];
    for (const pieceBytes of [100, 16_384, 16_400, 1_000_000]) {
      const pieces = memoryLog(pieceBytes);
      pieces.put('audit/calendar/1.jsonl', line);
      found.push(findingsOf(await verdictOn(pieces))[0]);
    }
    expect(new Set(found)).toEqual(new Set(['calendar:1 too-long']));
  });

  it.each(['2026-11-01', '2026-11-01T08:00:00Z', '2026-11-01T09:00:00.000+01:00', 'Nov 1, 2026'])(
    'has instants in one form only, not %s (sections 1 and 3)',
    (at) => {
      expect(defectOf({ at })).toBe('wrong-shape');
      expect(defectOf({ more: { endAt: at } })).toBe('wrong-shape');
    },
  );
});

describe('heads', () => {
  const heading = {
    v: 1,
    kind: 'keeper-heads',
    number: 1,
    at: '2026-11-02T08:00:00.000Z',
    log: 'log',
    build: 'build',
    prev: '0'.repeat(64),
  } as const;
  const head = { chain: 'a', entries: 1, hash: 'f'.repeat(64), blob: 1, bytes: 10 };

  it('have no other members (section 4)', () => {
    expect(decodeHeads(encodeHeads(heading, [head]))).toBeDefined();
    const more = { unsaid: 'something' };
    expect(decodeHeads(encodeHeads({ ...heading, ...more }, [head]))).toBeUndefined();
    expect(decodeHeads(encodeHeads(heading, [{ ...head, ...more }]))).toBeUndefined();
  });

  it('have zeros for the hash of no line (section 4)', () => {
    expect(decodeHeads(encodeHeads(heading, [{ ...head, entries: 0 }]))).toBeUndefined();
  });

  it('have defects of the list only (section 4)', () => {
    expect(
      decodeHeads(encodeHeads(heading, [{ ...head, defect: 'gossip' as never }])),
    ).toBeUndefined();
  });
});

describe('a statement', () => {
  it('has no other members (section 5)', async () => {
    await smallLog({ log, signer });
    const signed = decodeJws(log.text(checkpointFiles(3).jws));
    if (!signed) throw new Error('Cannot read');
    const input = signingInput(Object.assign({}, signed.statement, { unsaid: 1 }), signed.kid);
    expect(decodeJws(encodeJws(input, signed.signature))).toBeUndefined();
  });

  it('has a signature of 64 bytes (section 5)', async () => {
    await smallLog({ log, signer });
    const signed = decodeJws(log.text(checkpointFiles(3).jws));
    if (!signed) throw new Error('Cannot read');
    const input = signingInput(signed.statement, signed.kid);
    expect(decodeJws(encodeJws(input, signed.signature.subarray(1)))).toBeUndefined();
  });
});

describe('a chain', () => {
  it('is proved up to the highest entry at which a hash is met, whatever later statements say (section 6)', async () => {
    await smallLog({ log, signer });
    const [first = ''] = log.text('audit/mail/1.jsonl').split('\n');
    const { hash } = JSON.parse(first) as { hash: string };
    await signAnew({ log, signer }, 3, (heads) => ({
      ...heads,
      chains: heads.chains.map((one) =>
        one.chain === 'mail' ? { ...one, entries: 1, hash } : one,
      ),
    }));
    const { chains } = await verdictOn(log);
    expect(chains.find((one) => one.registration === 'mail')).toMatchObject({
      proved: { seq: 2 },
      onlyChained: 1,
    });
  });
});

/** Heads that somebody who may write to storage put there, for Keeper to sign. */
async function plant(change: (heading: Record<string, unknown>) => object): Promise<unknown> {
  const before = decodeHeads(log.text(checkpointFiles(1).heads));
  const signed = decodeJws(log.text(checkpointFiles(1).jws));
  if (!before || !signed) throw new Error('Cannot read');
  const heading = {
    ...before.heading,
    number: 2,
    prev: signed.id,
    at: new Date(logStartAt + 2 * dayMs).toISOString(),
  };
  const text = [change({ ...heading }), ...before.chains]
    .map((one) => `${canonicalJson(one)}\n`)
    .join('');
  log.put(checkpointFiles(2).heads, text);
  const made = await makeCheckpoint(partsOf(log, signer), {
    now: logStartAt + 3 * dayMs,
    everyMs: 1,
  });
  return made.ok ? made.value.kind : made.fault.kind;
}

describe('a checkpoint', () => {
  beforeEach(async () => {
    chainPen(log, 'calendar').write(...rotation('k1'));
    await checkpoint(1);
  });

  it('that was begun as it should be is finished', async () => {
    expect(await plant((heading) => heading)).toBe('made');
  });

  it.each<[string, Record<string, unknown>]>([
    ['before the last one', { at: '2020-01-01T00:00:00.000Z' }],
    ['in the future', { at: '2099-01-01T00:00:00.000Z' }],
    ['over another statement', { prev: 'f'.repeat(64) }],
    ['of another log', { log: 'anotherlog.example' }],
  ])('is not signed over heads that Keeper did not make: %s', async (_, change) => {
    expect(await plant((heading) => ({ ...heading, ...change }))).toBe('contradiction');
    expect(log.bytes.has(checkpointFiles(2).jws)).toBe(false);
  });
});

describe('a receipt', () => {
  it('that is made holds, also where the credential was only found out later', async () => {
    const calendar = chainPen(log, 'calendar');
    const effect = { kind: 'add-credential', objectId: 'o', endAt: logStartAt } as const;
    const [intent] = deed({ id: 'add', effect, because: 'first' });
    if (!intent) throw new Error('Cannot begin');
    calendar.write(intent, something);
    await checkpoint(1);
    calendar.write({ kind: 'recovery', intent: 'add', finding: 'done', keyId: 'k1' });
    const made = await makeReceipt(log, keysAmong(log), 'k1');
    // No statement covers the line that names it: there is no proof of it yet.
    expect(made).toEqual({ ok: true, value: { kind: 'not-proved' } });
    await checkpoint(2);
    const later = await makeReceipt(log, keysAmong(log), 'k1');
    if (!later.ok || later.value.kind !== 'receipt') throw new Error('Cannot make it');
    expect(checkReceipt(JSON.stringify(later.value.receipt), [])).toMatchObject({ ok: true });
  });

  it('is made of a credential that the last line under a statement names first', async () => {
    const calendar = chainPen(log, 'calendar');
    calendar.write({
      kind: 'observation',
      seen: { what: 'foreign-credential', keyId: 'k1', endAt: logStartAt },
    });
    await checkpoint(1);
    const made = await makeReceipt(log, keysAmong(log), 'k1');
    expect(made).toMatchObject({ value: { kind: 'receipt' } });
  });

  it('does not grow with later rotations', async () => {
    const calendar = chainPen(log, 'calendar');
    calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
    await checkpoint(1);
    const before = await makeReceipt(log, keysAmong(log), 'k2');
    calendar.write(...rotation('k3', 'k2'));
    await checkpoint(2);
    calendar.write(...rotation('k4', 'k3'), ...rotation('k5', 'k4'));
    await checkpoint(3);
    const after = await makeReceipt(log, keysAmong(log), 'k2');
    if (!before.ok || before.value.kind !== 'receipt') throw new Error('Cannot make it');
    if (!after.ok || after.value.kind !== 'receipt') throw new Error('Cannot make it');
    expect(before.value.receipt.lines).toHaveLength(12);
    // Its own removal belongs to it; what became of its successors does not.
    expect(after.value.receipt.lines).toHaveLength(24);
  });

  it('has a key of the name that the statement says (sections 5 and 7)', async () => {
    chainPen(log, 'calendar').write(...rotation('k1'));
    await checkpoint(1);
    const made = await makeReceipt(log, keysAmong(log), 'k1');
    if (!made.ok || made.value.kind !== 'receipt') throw new Error('Cannot make it');
    const { receipt } = made.value;
    const text = JSON.stringify({ ...receipt, key: { ...receipt.key, kid: 'another' } });
    expect(checkReceipt(text, [])).toMatchObject({ ok: false });
  });
});

describe('a receipt of what has not changed for long', () => {
  it('is under the first statement that covers it: the earliest proof is the best', async () => {
    chainPen(log, 'calendar').write(...rotation('k1'));
    for (const number of [1, 2, 3]) await checkpoint(number);
    const made = await makeReceipt(log, keysAmong(log), 'k1');
    if (!made.ok || made.value.kind !== 'receipt') throw new Error('Cannot make it');
    expect(checkReceipt(JSON.stringify(made.value.receipt), [])).toMatchObject({
      statement: { number: 1 },
    });
  });
});

describe('a key', () => {
  it('that is no point of the curve is no key (section 5)', async () => {
    await smallLog({ log, signer });
    const { kid, x } = signer.key;
    log.put(keyFileName(kid), encodeKey({ kid, x, y: x }));
    expect(findingsOf(await verdictOn(log))[0]).toBe('checkpoint 1 unknown-key');
  });
});

describe('the story', () => {
  it('does not let a text of the log steer a terminal', () => {
    const order = {
      kind: 'order',
      orderId: 'o',
      by: 'ada\u001b[2J\r\n  08:00:00  credential k1 works\u202e',
      orderedAt: logStartAt,
      body: { kind: 'thaw' },
    } as const;
    const configuration = {
      kind: 'configuration',
      configuration: 'c',
      build: '\u001b]0;x\u0007',
    } as const;
    for (const entry of [order, configuration]) {
      const text = teller().tell({ ...entry, v: 1, seq: 1, at: logStartAt });
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }
  });
});
