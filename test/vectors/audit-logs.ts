/**
 * Role: the logs of test/vectors/audit: what each is, and in words what every verifier must find.
 * Chains and heads come out the same each time; the keys are new, and their private halves forgotten.
 */
import { checkpointFiles } from '../../src/audit/files.ts';
import {
  chainPen,
  deed,
  logStartAt,
  memoryLog,
  rotation,
  testSigner,
  type MemoryLog,
} from '../support/audit-log.ts';
import { brokenChains } from './broken-chains.ts';
import { brokenStatements } from './broken-statements.ts';
import {
  checkpoint,
  largeLog,
  smallLog,
  something,
  somethingElse,
  type Vector,
} from './workshop.ts';

const sound: Readonly<Record<string, Vector>> = {
  good: { finds: [], make: largeLog },
  'no-checkpoints': {
    finds: [],
    make: ({ log }) => chainPen(log, 'calendar').write(something, somethingElse),
  },
  'no-chains': { finds: [], make: (workshop) => checkpoint(workshop, 1) },
  'newest-not-published': {
    finds: ['checkpoint 3 not-published'],
    async make(workshop) {
      await smallLog(workshop);
      workshop.log.bytes.delete(checkpointFiles(3).jws);
    },
  },
  'other-files': {
    finds: [],
    async make(workshop) {
      const { log } = workshop;
      await smallLog(workshop);
      log.put('audit/calendar/1.jsonl.bak', 'not a part\n');
      log.put('audit/calendar/01.jsonl', 'not a part\n');
      log.put('audit/calendar/0.jsonl', 'not a part\n');
      log.put('checkpoints/notes.txt', 'not a checkpoint\n');
      log.put('checkpoints/00000000.jws', 'not a checkpoint\n');
      log.put('checkpoints/9.jws', 'not a checkpoint\n');
    },
  },
  'new-key-version': {
    finds: [],
    async make(workshop) {
      await smallLog(workshop);
      workshop.signer.rotate();
      await checkpoint(workshop, 4);
    },
  },
  'appended-behind-the-last-statement': {
    finds: [],
    async make(workshop) {
      const calendar = chainPen(workshop.log, 'calendar');
      calendar.write(something);
      await checkpoint(workshop, 1);
      const held = { secret: 'current', version: 'c-k1' } as const;
      calendar.write({ kind: 'proof', keyId: 'k1', held, result: 'refused' }, somethingElse);
    },
  },
  'deleted-chain-without-lines': {
    finds: [],
    async make(workshop) {
      workshop.log.put('audit/new/1.jsonl', '');
      await checkpoint(workshop, 1);
      workshop.log.bytes.delete('audit/new/1.jsonl');
    },
  },
  unicode: {
    finds: [],
    async make(workshop) {
      const calendar = chainPen(workshop.log, 'calendar');
      const by = 'Zoë 😀 \u{10ffff} \ufb33 é e\u0301';
      const reason = 'tab\t quote " slash / back \\ line\n bell \u0007 del \u007f \u2028 <€>';
      const body = { kind: 'rotate', reason } as const;
      calendar.write({ kind: 'order', orderId: 'order-1', by, orderedAt: logStartAt, body });
      // Members that Keeper does not know, in the order that only UTF-16 gives, and numbers of all forms.
      const more = {
        '\ufb33': 1,
        '😀': 2,
        é: 3,
        z: 4,
        '\r': 5,
        '1': 6,
        '10': 7,
        '2': 8,
        '': 9,
        '€': 0,
      };
      const numbers = [0, -1, 1.5, 1e21, 1e20, 1e-6, 1e-7, 0.1, 5e-324, 1.797e308, 2 ** 53 - 1];
      const others = [null, true, false, [], {}];
      calendar.forge({ kind: 'configuration', configuration: 'c0ffee', more, numbers, others });
      await checkpoint(workshop, 1);
    },
  },
  'intents-and-outcomes': {
    finds: ['stray:1 stray', 'stray:4 stray'],
    async make({ log }) {
      const open = chainPen(log, 'open');
      open.write(...rotation('k3').slice(0, 3));
      open.write({ kind: 'recovery', intent: 'store-k3', finding: 'in-doubt' });
      open.write(...rotation('k4').slice(0, 1));
      const effect = { kind: 'store-credential', keyId: 'k2' } as const;
      const [intent, outcome] = deed({ id: 'twice', effect, because: 'doubt' });
      if (!intent || !outcome) throw new Error('Cannot write');
      const stray = chainPen(log, 'stray');
      stray.write({ kind: 'outcome', intent: 'of-nobody', result: 'done' });
      stray.write(intent, outcome, outcome);
    },
  },
};

/** All vectors by name. */
export const vectors: Readonly<Record<string, Vector>> = {
  ...sound,
  ...brokenChains,
  ...brokenStatements,
};

/** Lines that fill a part of a vector: a folder with 40,000 would be large. */
export const vectorPartLines = 2;

/** The files of one vector, without its verdict. */
export async function filesOf(vector: Vector): Promise<MemoryLog> {
  const log = memoryLog(undefined, vectorPartLines);
  await vector.make({ log, signer: testSigner() });
  return log;
}
