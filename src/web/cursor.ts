/**
 * Where a listing goes on: an opaque text that names the last thing told, never a count, so that
 * what is added or taken away meanwhile makes nobody miss a thing or read it twice. It carries no
 * right: whoever makes one up only reads from elsewhere, and what is not whole is refused.
 */
import { createHash } from 'node:crypto';

/** The longest that is read, in characters. */
const cursorCharacters = 1_024;

/** A cursor of one listing. */
export function cursorAfter(listing: string, position: string): string {
  return Buffer.from(`${sumOf(listing, position)}${position}`, 'utf8').toString('base64url');
}

/** The position; `undefined` for what is no cursor of this listing. */
export function positionIn(listing: string, cursor: string): string | undefined {
  if (cursor.length > cursorCharacters || !/^[\w-]+$/.test(cursor)) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.slice(sumCharacters);
  return cursorAfter(listing, position) === cursor ? position : undefined;
}

const sumCharacters = 8;

function sumOf(listing: string, position: string): string {
  const hash = createHash('sha256').update(listing).update('\0').update(position);
  return hash.digest('hex').slice(0, sumCharacters);
}
