/** Bytes in pieces cut into lines, with where each ends; nothing is held but the line at hand. */
import { isUtf8 } from 'node:buffer';
import type { Result } from '../core/fault.ts';
import { entryBytes } from '../core/limits.ts';

/** Sees a line: its text, `null` when it is longer than any entry, `undefined` when it is no text. */
export type OnLine = (text: string | null | undefined, endsAt: number) => boolean;

/** Cuts a stream of bytes into lines of at most an entry's length. */
export interface LineCutter {
  /** Calls `line` for each whole line; `false` ends it. */
  push(piece: Uint8Array, line: OnLine): boolean;
  /** Bytes after the last newline. */
  readonly rest: number;
}

function textOf(line: Buffer): string | null | undefined {
  if (line.length > entryBytes) return null;
  return isUtf8(line) ? line.toString('utf8') : undefined;
}

const nothing = Buffer.alloc(0);

/** A cutter that begins at an offset of the file. */
export function lineCutter(offset: number): LineCutter {
  let rest = nothing;
  let at = offset;
  return {
    get rest() {
      return rest.length;
    },
    push(piece, line) {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const part = bytes.subarray(from, end);
        const one = rest.length === 0 ? part : Buffer.concat([rest, part]);
        rest = nothing;
        at += one.length + 1;
        from = end + 1;
        if (!line(textOf(one), at)) return false;
      }
      // A copy: a view of it would hold the whole piece.
      rest = Buffer.concat([rest, bytes.subarray(from)]);
      // Longer than any entry may be: told as a line, so that nothing is held without bound.
      return rest.length <= entryBytes || line(null, at + rest.length);
    },
  };
}

/** Reads a file line by line. Gives the bytes after the last newline, or the fault that ended it. */
export async function eachLine(
  pieces: AsyncIterable<Result<Uint8Array>>,
  offset: number,
  line: OnLine,
): Promise<Result<{ readonly rest: number; readonly ended: boolean }>> {
  const cutter = lineCutter(offset);
  for await (const piece of pieces) {
    if (!piece.ok) return piece;
    if (!cutter.push(piece.value, line)) return { ok: true, value: { rest: 0, ended: true } };
  }
  return { ok: true, value: { rest: cutter.rest, ended: false } };
}
