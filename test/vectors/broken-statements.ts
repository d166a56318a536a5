/** Role: vectors whose checkpoints are not as they were published. */
import type { Heads } from '../../src/audit/heads.ts';
import { encodeKey, keyFileName } from '../../src/audit/key-file.ts';
import { encodeJws } from '../../src/audit/statement.ts';
import { logStartAt, testSigner, type MemoryLog } from '../support/audit-log.ts';
import {
  checkpoint,
  edit,
  linesOf,
  signAnew,
  smallLog,
  type Vector,
  type Workshop,
} from './workshop.ts';

const heads = (number: number): string => `checkpoints/0000000${number}.heads.jsonl`;
const jws = (number: number): string => `checkpoints/0000000${number}.jws`;

/** Changes one of the three parts of a statement, decoded, and keeps the rest. */
function part(index: number, change: (text: string) => string) {
  return (text: string): string =>
    `${text
      .trim()
      .split('.')
      .map((one, place) =>
        place === index
          ? Buffer.from(change(Buffer.from(one, 'base64url').toString('utf8'))).toString(
              'base64url',
            )
          : one,
      )
      .join('.')}\n`;
}

/** Checkpoint 2 or 3 with a fault; nothing is missed by chains. */
function fault(number: number, what: string, make: (log: MemoryLog) => void): Vector {
  return {
    finds: [`checkpoint ${number} ${what}`],
    async make(workshop) {
      await smallLog(workshop);
      make(workshop.log);
    },
  };
}

/** A small log in which one statement was signed over other heads. */
async function published(
  workshop: Workshop,
  number: number,
  change: (heads: Heads) => Heads,
): Promise<void> {
  await smallLog(workshop);
  await signAnew(workshop, number, change);
}

export const brokenStatements: Readonly<Record<string, Vector>> = {
  'checkpoint-missing': fault(2, 'missing', (log) => {
    log.bytes.delete(heads(2));
    log.bytes.delete(jws(2));
  }),
  'statement-missing': fault(2, 'missing', (log) => void log.bytes.delete(jws(2))),
  'heads-missing': fault(3, 'missing', (log) => void log.bytes.delete(heads(3))),
  'heads-changed': fault(2, 'other-heads', (log) =>
    edit(log, heads(2), (text) => text.replace('"entries":2', '"entries":1')),
  ),
  'heads-of-wrong-shape': fault(3, 'heads-unreadable', (log) =>
    edit(log, heads(3), (text) => text.slice(0, -1)),
  ),
  'heads-out-of-order': fault(3, 'heads-unreadable', (log) =>
    edit(log, heads(3), (text) => {
      const lines = linesOf(text);
      return lines
        .with(1, lines[2] ?? '')
        .with(2, lines[1] ?? '')
        .join('');
    }),
  ),
  'heads-of-another-number': fault(3, 'heads-unreadable', (log) =>
    log.put(heads(3), log.text(heads(2))),
  ),
  'payload-changed': fault(3, 'other-heads', (log) =>
    edit(
      log,
      jws(3),
      part(1, (text) => text.replace('"broken":0', '"broken":1')),
    ),
  ),
  'payload-of-wrong-shape': fault(3, 'statement-unreadable', (log) =>
    edit(
      log,
      jws(3),
      part(1, (text) => text.replace('"broken":0,', '')),
    ),
  ),
  'header-of-another-algorithm': fault(3, 'statement-unreadable', (log) =>
    edit(
      log,
      jws(3),
      part(0, (text) => text.replace('ES256', 'none')),
    ),
  ),
  'no-signature': fault(3, 'statement-unreadable', (log) =>
    edit(log, jws(3), (text) => text.replace(/\.[^.]*$/, '')),
  ),
  'signature-of-another': fault(3, 'bad-signature', (log) => {
    const [, , signature = ''] = log.text(jws(2)).trim().split('.');
    const input = log.text(jws(3)).split('.').slice(0, 2).join('.');
    log.put(jws(3), encodeJws(input, Buffer.from(signature, 'base64url')));
  }),
  'key-replaced': {
    finds: [
      'checkpoint 1 bad-signature',
      'checkpoint 2 bad-signature',
      'checkpoint 3 bad-signature',
    ],
    async make(workshop) {
      const { log, signer } = workshop;
      await smallLog(workshop);
      const { x, y } = testSigner('of-a-stranger').key;
      log.put(keyFileName(signer.key.kid), encodeKey({ kid: signer.key.kid, x, y }));
    },
  },
  'key-gone': {
    finds: ['checkpoint 1 unknown-key', 'checkpoint 2 unknown-key', 'checkpoint 3 unknown-key'],
    async make(workshop) {
      await smallLog(workshop);
      workshop.log.bytes.delete(keyFileName(workshop.signer.key.kid));
    },
  },
  'key-under-another-name': {
    finds: ['checkpoint 4 unknown-key'],
    async make(workshop) {
      const { log, signer } = workshop;
      await smallLog(workshop);
      const { kid } = signer.key;
      const key = signer.rotate();
      await checkpoint(workshop, 4);
      log.put(keyFileName(key.kid), encodeKey({ ...key, kid }));
    },
  },
  fork: {
    finds: ['checkpoint 2 broken-link', 'checkpoint 3 broken-link'],
    make: (workshop) =>
      published(workshop, 2, (one) => ({
        ...one,
        heading: { ...one.heading, prev: 'f'.repeat(64) },
      })),
  },
  'first-that-is-none': {
    finds: ['checkpoint 1 broken-link', 'checkpoint 2 broken-link'],
    make: (workshop) =>
      published(workshop, 1, (one) => ({
        ...one,
        heading: { ...one.heading, prev: 'f'.repeat(64) },
      })),
  },
  'chain-left-out': {
    finds: ['checkpoint 3 chain-left-out'],
    make: (workshop) =>
      published(workshop, 3, (one) => ({
        ...one,
        chains: one.chains.filter((chain) => chain.chain !== 'mail'),
      })),
  },
  'of-another-log-behind-a-gap': {
    finds: ['checkpoint 2 missing', 'checkpoint 3 other-log'],
    async make(workshop) {
      await published(workshop, 3, (one) => ({
        ...one,
        heading: { ...one.heading, log: 'anotherlog.example' },
      }));
      workshop.log.bytes.delete(jws(2));
    },
  },
  'of-another-log': {
    finds: ['checkpoint 3 other-log'],
    make: (workshop) =>
      published(workshop, 3, (one) => ({
        ...one,
        heading: { ...one.heading, log: 'anotherlog.example' },
      })),
  },
  'earlier-than-before': {
    finds: ['checkpoint 3 earlier-than-before'],
    make: (workshop) =>
      published(workshop, 3, (one) => ({
        ...one,
        heading: { ...one.heading, at: new Date(logStartAt).toISOString() },
      })),
  },
  'signed-lies': {
    finds: ['mail other 3 3'],
    make: (workshop) =>
      published(workshop, 3, (one) => ({
        ...one,
        chains: one.chains.map((chain) =>
          chain.chain === 'mail' ? { ...chain, hash: 'f'.repeat(64) } : chain,
        ),
      })),
  },
};
