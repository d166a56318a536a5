/**
 * The log as files, for those who read all of it: verification, export, checkpoints. The names are
 * those of docs/audit-format.md, whether the files lie in a storage account or in a folder.
 */
import type { Result } from '../core/fault.ts';

/** `audit/<registration>/<n>.jsonl`, `checkpoints/<number>.heads.jsonl` and `.jws`, `keys/<id>.json`. */
export type Folder = 'audit' | 'checkpoints' | 'keys';

export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
}

export interface AuditFiles {
  /** Lines that fill a part; `chainBlocks` where nothing is said. Only logs made for tests have less. */
  readonly partLines?: number;
  /** All files below a folder, or below one folder in it, by name. A folder that is not there has none. */
  list(folder: Folder, within?: string): Promise<Result<readonly ListedFile[]>>;
  /** The bytes of a file from an offset on, in pieces; ends after the first fault. */
  read(name: string, offset: number): AsyncIterable<Result<Uint8Array>>;
}

/** Where checkpoints are published. What is there is never overwritten. */
export interface CheckpointStore {
  /** `exists`: there is such a file already, whatever it holds. */
  create(name: string, text: string): Promise<Result<'created' | 'exists'>>;
}

/** The whole of a small file. `undefined`: longer than the bound. */
export async function readWhole(
  files: AuditFiles,
  name: string,
  bound: number,
): Promise<Result<Buffer | undefined>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of files.read(name, 0)) {
    if (!piece.ok) return piece;
    bytes += piece.value.length;
    if (bytes > bound) return { ok: true, value: undefined };
    pieces.push(piece.value);
  }
  return { ok: true, value: Buffer.concat(pieces) };
}

/** The file that holds part `blob` of a chain. */
export function chainFile(registration: string, blob: number): string {
  return `audit/${registration}/${blob}.jsonl`;
}

/** How many bytes listed files have together. */
export function bytesOf(files: readonly ListedFile[]): number {
  return files.reduce((sum, one) => sum + one.bytes, 0);
}

/** The two files of a checkpoint. Eight digits: names sort as numbers do. */
export function checkpointFiles(number: number): { readonly heads: string; readonly jws: string } {
  const stem = `checkpoints/${String(number).padStart(8, '0')}`;
  return { heads: `${stem}.heads.jsonl`, jws: `${stem}.jws` };
}

/** A chain's parts in order, without gaps from the first on, and whether a gap hides others. */
export interface ListedChain {
  readonly registration: string;
  readonly parts: readonly ListedFile[];
  readonly hasGap: boolean;
}

/** The chains among listed files, by registration. Files with other names are not ours. */
export function chainsAmong(files: readonly ListedFile[]): readonly ListedChain[] {
  const found = new Map<string, Map<number, ListedFile>>();
  for (const file of files) {
    const [, registration, part] = /^audit\/([^/]+)\/([1-9]\d{0,8})\.jsonl$/.exec(file.name) ?? [];
    if (registration === undefined) continue;
    const parts = found.get(registration) ?? new Map<number, ListedFile>();
    found.set(registration, parts.set(Number(part), file));
  }
  return [...found]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([registration, byNumber]) => {
      const parts: ListedFile[] = [];
      for (let part = byNumber.get(1); part; part = byNumber.get(parts.length + 1))
        parts.push(part);
      return { registration, parts, hasGap: parts.length < byNumber.size };
    });
}

/** Which checkpoints have which of their two files, by number. */
export function checkpointsAmong(
  files: readonly ListedFile[],
): ReadonlyMap<number, { readonly heads: boolean; readonly jws: boolean }> {
  const found = new Map<number, { heads: boolean; jws: boolean }>();
  for (const { name } of files) {
    const [, digits, kind] = /^checkpoints\/(\d{8})\.(heads\.jsonl|jws)$/.exec(name) ?? [];
    if (digits === undefined || Number(digits) === 0) continue;
    const one = found.get(Number(digits)) ?? { heads: false, jws: false };
    found.set(Number(digits), one);
    if (kind === 'jws') one.jws = true;
    else one.heads = true;
  }
  return new Map([...found].toSorted(([one], [other]) => one - other));
}
