/** A small file system of its own, where this machine lets us mount one: Linux, as root. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Makes it that large, in KiB. */
  resize(kibibytes: number): void;
  /** Fills it to the last byte. */
  fill(): void;
  /** Takes away what filled it. */
  free(): void;
  unmount(): void;
}

/** Mounts one; undefined where that is not possible. */
export function mountSmallDisk(kibibytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'keeper-small-disk-'));
  const filler = join(path, 'filler');
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path);
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    resize: (size) => run('mount', '-o', `remount,size=${size}k`, path),
    fill() {
      for (let bytes = 1_048_576; bytes >= 1; bytes = Math.floor(bytes / 2)) {
        while (appended(filler, bytes));
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      run('umount', path);
      rmSync(path, { recursive: true });
    },
  };
}

function run(tool: string, ...words: readonly string[]): void {
  execFileSync(tool, words, { stdio: 'ignore' });
}

/** False when there is no space for so many bytes. */
function appended(path: string, bytes: number): boolean {
  try {
    writeFileSync(path, Buffer.alloc(bytes, 'filler'), { flag: 'a' });
    return true;
  } catch {
    return false;
  }
}
