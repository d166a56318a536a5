/** Role: promises of docs/audit-format.md at the edges, where two verifiers might part ways. */
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeLine, genesis } from '../../../src/audit/chain.ts';
import { encodeKey, keyFileName } from '../../../src/audit/key-file.ts';
import {
  forgedLine,
  memoryLog,
  testSigner,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';
import { signAnew, smallLog } from '../../vectors/workshop.ts';

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

describe('a key', () => {
  it('that is no point of the curve is no key (section 5)', async () => {
    await smallLog({ log, signer });
    const { kid, x } = signer.key;
    log.put(keyFileName(kid), encodeKey({ kid, x, y: x }));
    expect(findingsOf(await verdictOn(log))[0]).toBe('checkpoint 1 unknown-key');
  });
});
