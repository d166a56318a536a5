/** `keeper audit export`: everything that is needed to check the log later, copied into a folder. */
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import type { AuditFiles, Folder, ListedFile } from '../audit/files.ts';
import { failure, success, type Result } from '../core/fault.ts';
import { openLog, type LogOpeners } from './log-place.ts';
import { counted, exit, json, type Terminal, UsageError } from './terminal.ts';

export interface ExportOptions {
  readonly local?: string;
  readonly out: string;
  readonly json: boolean;
}

interface Copied {
  files: number;
  bytes: number;
  /** Files that were there already, as far as they go. */
  kept: number;
  /** Files whose names are none of a log's: not copied. */
  leftOut: number;
}

/** Gives the exit code. What is there already is not copied again: files of the log only grow. */
export async function auditExport(
  terminal: Terminal,
  openers: LogOpeners,
  { out, ...options }: ExportOptions,
): Promise<number> {
  const log = await openLog(openers, options);
  try {
    const copied = await copyAll(log.files, out, (done) => terminal.err(`${done} files\n`));
    if (!copied.ok) {
      const { kind, vendor } = copied.fault;
      terminal.err(`keeper: ${vendor} ${kind}; run it again, it goes on from where it stopped\n`);
      return exit.unknown;
    }
    const { files, bytes, kept, leftOut } = copied.value;
    if (leftOut > 0)
      terminal.err(`${counted(leftOut, 'file')} left out: no file of a log has such a name\n`);
    if (options.json) terminal.out(json({ out, files, bytes, kept, leftOut }));
    else
      terminal.out(
        `${counted(files, 'file')} in ${out} (${counted(bytes, 'byte')} copied, ${counted(kept, 'file')} already there)\nCheck it with: keeper audit verify ${out}\n`,
      );
    return exit.fine;
  } finally {
    await log.close();
  }
}

/** Statements first: what they name, keys and lines, is then in a later copy for sure. */
const order: readonly Folder[] = ['checkpoints', 'keys', 'audit'];

async function copyAll(
  files: AuditFiles,
  out: string,
  progress: (done: number) => void,
): Promise<Result<Copied>> {
  const copied: Copied = { files: 0, bytes: 0, kept: 0, leftOut: 0 };
  for (const folder of order) {
    const listed = await files.list(folder);
    if (!listed.ok) return listed;
    for (const file of listed.value) {
      // Keys lie among the checkpoints of an account, and are copied by themselves.
      if (folder === 'checkpoints' && file.name.startsWith('checkpoints/keys/')) continue;
      if (!isOfLog(file.name)) {
        copied.leftOut += 1;
        continue;
      }
      const one = await copyOne(files, out, file);
      if (!one.ok) return one;
      copied.files += 1;
      copied.bytes += one.value;
      if (one.value === 0) copied.kept += 1;
      if (copied.files % 500 === 0) progress(copied.files);
    }
  }
  return success(copied);
}

/**
 * True for the names of docs/audit-format.md. Others are left out: whoever writes to the log could
 * otherwise choose where on this machine a file is made or continued.
 */
function isOfLog(name: string): boolean {
  if (/^checkpoints\/\d{8}\.(?:heads\.jsonl|jws)$/.test(name)) return true;
  if (/^keys\/[0-9a-f]{64}\.json$/.test(name)) return true;
  const [, registration] = /^audit\/([^/\\\p{Cc}]+)\/[1-9]\d{0,8}\.jsonl$/u.exec(name) ?? [];
  return registration !== undefined && !/^\.+$/.test(registration);
}

/** Copies what is not there yet, and gives the bytes. @throws UsageError for a longer copy. */
async function copyOne(files: AuditFiles, out: string, file: ListedFile): Promise<Result<number>> {
  const path = join(out, file.name);
  const there = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (there > file.bytes) {
    throw new UsageError(
      `${path} is longer than the original: it belongs to another log, or the original was cut. Export into an empty folder and verify both.`,
    );
  }
  if (there === file.bytes && there > 0) return success(0);
  await mkdir(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: there === 0 ? 'w' : 'a' });
  let bytes = 0;
  try {
    for await (const piece of files.read(file.name, there)) {
      if (!piece.ok) return piece;
      // Only up to the size that was listed: what is appended meanwhile belongs to the next export.
      const part = piece.value.subarray(0, file.bytes - there - bytes);
      bytes += part.length;
      if (part.length > 0 && !stream.write(part)) await once(stream, 'drain');
      if (there + bytes >= file.bytes) break;
    }
  } finally {
    stream.end();
    await once(stream, 'close');
  }
  return there + bytes === file.bytes
    ? success(bytes)
    : failure({ kind: 'malformed', vendor: 'storage', code: 'cut-off' });
}
