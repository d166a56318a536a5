/** Which log a command is about: the one of the settings, one on this machine, or an exported folder. */
import { readFile, stat } from 'node:fs/promises';
import type { CheckpointParts } from '../audit/checkpoint.ts';
import type { AuditFiles } from '../audit/files.ts';
import { decodeKey, keysAmong } from '../audit/key-file.ts';
import type { KeyOf } from '../audit/review-statements.ts';
import type { PublicKey } from '../audit/signer.ts';
import { success } from '../core/fault.ts';
import type { Listing } from './audit-world.ts';
import { folderFiles } from './log-folder.ts';
import { UsageError } from './terminal.ts';

/** A log that can be read, until it is closed. */
export interface OpenLog {
  /** For people: where it is. */
  readonly where: string;
  readonly files: AuditFiles;
  /** What makes checkpoints of it, where that can be done from here. */
  readonly checkpoints?: CheckpointParts;
  /** Entra, to compare the log with, where it can be asked from here. */
  readonly listing?: Listing;
  close(): Promise<void>;
}

/** How logs are opened; what there is depends on what this command line was built with. */
export interface LogOpeners {
  /** The log that the settings name, with the operator's own sign-in. @throws UsageError */
  live(): Promise<OpenLog>;
  /** The log of an embedded run's `--data` folder. */
  readonly local?: (data: string) => Promise<OpenLog>;
}

export interface PlaceOptions {
  readonly folder?: string;
  readonly local?: string;
}

/** Opens the log that the options name. @throws UsageError */
export async function openLog(openers: LogOpeners, options: PlaceOptions): Promise<OpenLog> {
  const { folder, local } = options;
  if (folder !== undefined && local !== undefined) {
    throw new UsageError('Give --folder or --local, not both.');
  }
  if (folder !== undefined) {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) throw new UsageError(`${folder}: there is no such folder.`);
    return { where: folder, files: folderFiles(folder), close: async () => undefined };
  }
  if (local === undefined) return openers.live();
  if (!openers.local)
    throw new UsageError('--local is not in this build: run it from the repository.');
  return openers.local(local);
}

/** The keys that count: those given, or else the ones that lie beside the log. @throws UsageError */
export async function trustedKeys(
  files: AuditFiles,
  paths: readonly string[],
): Promise<{ readonly keyOf: KeyOf; readonly given: readonly PublicKey[] }> {
  const given: PublicKey[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) throw new UsageError(`--key ${path}: cannot be read.`);
    const key = decodeKey(text) ?? fromVault(text);
    if (!key) throw new UsageError(`--key ${path}: is no P-256 public key as a JSON Web Key.`);
    given.push(key);
  }
  if (given.length === 0) return { given, keyOf: keysAmong(files) };
  return { given, keyOf: async (kid) => success(given.find((one) => one.kid === kid)) };
}

/** What `az keyvault key show` prints has the key one level deeper. */
function fromVault(text: string): PublicKey | undefined {
  try {
    const { key } = JSON.parse(text) as { key?: unknown };
    return decodeKey(JSON.stringify(key));
  } catch {
    return undefined;
  }
}
