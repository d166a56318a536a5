/**
 * Role: room in the folder of `--data`. Space is held in reserve there for what storage has
 * acknowledged and not yet saved. When the disk gets full, Keeper stops, says so, and loses nothing.
 */
import { existsSync, mkdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const megabyte = 1_048_576;

/** The files of Azurite's records, and the space for each: far more than years of life fill. */
const reserved: Readonly<Record<string, number>> = {
  '__azurite_db_blob__.json': 4 * megabyte,
  '__azurite_db_blob_extent__.json': megabyte,
  '__azurite_db_queue__.json': megabyte,
  '__azurite_db_queue_extent__.json': megabyte,
  '__azurite_db_table__.json': megabyte,
};
const reserveBytes = Object.values(reserved).reduce((sum, one) => sum + one, 0);

/** With less than this left, Keeper stops while there is no hurry. */
const leastBytes = 4 * megabyte;

/** Between two looks, real milliseconds. */
const lookMs = 200;

/** There is no room in the folder; what was to be written is not there. */
export class FolderFull extends Error {
  constructor(folder: string) {
    super(
      `--data ${folder}: its disk is full. Free ${(reserveBytes + leastBytes) / megabyte} MB or more and start again: Keeper goes on from where it was.`,
    );
    this.name = 'FolderFull';
  }
}

export interface Room {
  /** The folder with the reserve: a file of the same name for each of Azurite's. */
  readonly reserve: string;
  /** True from when the disk was found to be full. */
  isFull(): boolean;
  /** Somebody could not write: the disk is full. */
  tellFull(): FolderFull;
  stop(): void;
}

/** Makes the reserve, and keeps an eye on the disk. @throws FolderFull */
export function keepRoom(folder: string): Room {
  const reserve = join(folder, 'reserve');
  let isFull = !isHeld(reserve) && !hold(reserve);

  function look(): void {
    // Storage, which runs in a process of its own, takes its reserve when it finds the disk full.
    if (existsSync(folder)) isFull ||= leftIn(folder) < leastBytes || !isHeld(reserve);
  }

  look();
  if (isFull) throw new FolderFull(folder);
  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    reserve,
    isFull: () => isFull,
    tellFull() {
      isFull = true;
      return new FolderFull(folder);
    },
    stop: () => clearInterval(timer),
  };
}

function isHeld(reserve: string): boolean {
  return Object.entries(reserved).every(
    ([name, bytes]) => statSync(join(reserve, name), { throwIfNoEntry: false })?.size === bytes,
  );
}

/** False when there is no space for it. */
function hold(reserve: string): boolean {
  try {
    mkdirSync(reserve, { recursive: true });
    for (const [name, bytes] of Object.entries(reserved)) {
      // Not a hole: the file must really take its space.
      writeFileSync(join(reserve, name), Buffer.alloc(bytes, ' '));
    }
    return true;
  } catch (error) {
    if (isFullError(error)) return false;
    throw error;
  }
}

/** True for what the system says when there is no space, or when a quota is used up. */
export function isFullError(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function leftIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
