/**
 * Role: the journal of the simulated cloud: whole lines, or nothing of them. A line that a kill or a
 * full disk cut off is taken back before another is written, or both would be lost.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { isFullError, type Room } from './room.ts';

export interface Journal {
  /** Writes one line. @throws FolderFull: nothing of it was written. */
  append(line: string): void;
  close(): void;
}

/** The whole lines that a journal holds; none when there is no journal. */
export function journaledLines(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

/** Opens a journal to go on with it. */
export function openJournal(path: string, room: Room | undefined): Journal {
  const whole = existsSync(path) ? readFileSync(path).lastIndexOf('\n') + 1 : 0;
  const file = openSync(path, 'a');
  ftruncateSync(file, whole);

  function write(bytes: Buffer): void {
    const { size } = fstatSync(file);
    try {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(file, bytes, written);
      }
    } catch (error) {
      ftruncateSync(file, size);
      throw error;
    }
  }

  return {
    append(line) {
      try {
        write(Buffer.from(`${line}\n`));
      } catch (error) {
        throw room !== undefined && isFullError(error) ? room.tellFull() : error;
      }
    },
    close: () => closeSync(file),
  };
}
