/** Role: where the logs of test/vectors/audit are made: what most of them begin with, and the tools. */
import { makeCheckpoint } from '../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../src/audit/files.ts';
import { decodeHeads, encodeHeads, summaryOf, type Heads } from '../../src/audit/heads.ts';
import { encodeKey, keyFileName } from '../../src/audit/key-file.ts';
import { encodeJws, signingInput, statementOf } from '../../src/audit/statement.ts';
import type { EntryBody } from '../../src/core/entry.ts';
import {
  chainPen,
  dayMs,
  hourMs,
  logStartAt,
  partsOf,
  rotation,
  type MemoryLog,
  type TestSigner,
} from '../support/audit-log.ts';

/** A log that somebody is at work on. */
export interface Workshop {
  readonly log: MemoryLog;
  readonly signer: TestSigner;
}

/** What a vector is made of, and what must be found in it. */
export interface Vector {
  /** Faults in a few words, such as `calendar:3 wrong-hash`; empty where the log holds. */
  readonly finds: readonly string[];
  readonly make: (workshop: Workshop) => Promise<void> | void;
}

/** Makes the checkpoint with this number, that many days after the log began. */
export async function checkpoint({ log, signer }: Workshop, number: number): Promise<void> {
  const now = logStartAt + number * dayMs;
  const made = await makeCheckpoint(partsOf(log, signer), { now, everyMs: hourMs });
  if (!made.ok || made.value.kind !== 'made' || made.value.number !== number) {
    throw new Error(`Cannot make checkpoint ${number}: ${JSON.stringify(made)}`);
  }
}

/** An entry that says little. */
export const something: EntryBody = { kind: 'observation', seen: { what: 'secret-known' } };

/** Another one. */
export const somethingElse: EntryBody = { kind: 'configuration', configuration: 'c0ffee' };

/** Three chains, of which one has two parts and one is empty, and three signed statements. */
export async function largeLog(workshop: Workshop): Promise<void> {
  const { log } = workshop;
  const archive = chainPen(log, 'archive', logStartAt + hourMs);
  const calendar = chainPen(log, 'calendar');
  calendar.write({ kind: 'configuration', configuration: 'c0ffee', build: '0.1.0+4f1c2a9' });
  calendar.write(...rotation('k1'));
  archive.write(something, something, something);
  log.put('audit/new/1.jsonl', '');
  await checkpoint(workshop, 1);
  calendar.write(...rotation('k2', 'k1'));
  archive.nextPart();
  archive.write(something, something);
  chainPen(log, 'mail', logStartAt + 2 * hourMs).write(something, something);
  await checkpoint(workshop, 2);
  calendar.write(something, something);
  archive.write(something);
  await checkpoint(workshop, 3);
  calendar.write(something);
}

/** Two chains of a line at each of three checkpoints. */
export async function smallLog(workshop: Workshop): Promise<void> {
  const calendar = chainPen(workshop.log, 'calendar');
  const mail = chainPen(workshop.log, 'mail');
  for (const number of [1, 2, 3]) {
    calendar.write(something);
    mail.write(somethingElse);
    await checkpoint(workshop, number);
  }
}

/** A text in lines, each with its newline. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n/g) ?? [];
}

/** Replaces a file's text by what becomes of it. @throws Error when it stays as it was. */
export function edit(log: MemoryLog, name: string, change: (text: string) => string): void {
  const text = log.text(name);
  const changed = change(text);
  if (changed === text) throw new Error(`Cannot change ${name}`);
  log.put(name, changed);
}

/** Publishes other heads under a good signature, as only one who has the key could. */
export async function signAnew(
  { log, signer }: Workshop,
  number: number,
  change: (heads: Heads) => Heads,
): Promise<void> {
  const names = checkpointFiles(number);
  const before = decodeHeads(log.text(names.heads));
  if (!before) throw new Error(`Cannot read the heads of ${number}`);
  const heads = change(before);
  const text = encodeHeads(heads.heading, heads.chains);
  const read = decodeHeads(text);
  if (!read) throw new Error('Cannot read the changed heads');
  log.put(names.heads, text);
  const { kid } = signer.key;
  const input = signingInput(statementOf(read.heading, summaryOf(text, read)), kid);
  const signature = await signer.sign(kid, Buffer.from(input));
  if (!signature.ok) throw new Error('Cannot sign');
  log.put(names.jws, encodeJws(input, signature.value));
  log.put(keyFileName(kid), encodeKey(signer.key));
}
