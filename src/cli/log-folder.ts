/** An exported log: the files of the log in a folder. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditFiles, Folder, ListedFile } from '../audit/files.ts';
import { failure, success, type Result } from '../core/fault.ts';

/** Small: pieces are garbage soon, and much garbage at a time is memory. */
const pieceBytes = 32 * 1_024;

/** The log in a folder, for reading. */
export function folderFiles(root: string): AuditFiles {
  return {
    async list(folder, within = '') {
      try {
        return success(await listed(root, folder, within));
      } catch {
        return failure({ kind: 'unavailable', vendor: 'storage', code: 'folder' });
      }
    },
    read: (name, offset) => pieces(join(root, name), offset),
  };
}

async function listed(
  root: string,
  folder: Folder,
  within: string,
): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  const names = await readdir(join(root, folder, within), {
    recursive: true,
    withFileTypes: true,
  }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    const name = path.slice(join(root, '/').length).replaceAll('\\', '/');
    files.push({ name, bytes: size });
  }
  return files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function* pieces(path: string, offset: number): AsyncGenerator<Result<Uint8Array>> {
  try {
    for await (const piece of createReadStream(path, {
      start: offset,
      highWaterMark: pieceBytes,
    })) {
      yield success(piece as Buffer);
    }
  } catch (error) {
    // What is not there is empty, as in a storage account.
    if (!isMissing(error))
      yield failure({ kind: 'unavailable', vendor: 'storage', code: 'folder' });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
