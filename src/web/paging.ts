/** What the listings have in common: how many at once, and how the way to the rest is told. */
import { cursorAfter } from './cursor.ts';

/** How many things one answer tells. */
export interface Bounds {
  readonly most: number;
  readonly usual: number;
}

/** The limit that a query asks for; `undefined` when it is no number that can be used. */
export function limitIn(text: string | null, { most, usual }: Bounds): number | undefined {
  if (text === null) return usual;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= most ? limit : undefined;
}

/** The way to what comes after the last thing that was told. */
export interface NextPage {
  /** The address of the listing. */
  readonly path: string;
  readonly limit: number;
  /** Names the listing in its cursors. */
  readonly listing: string;
  readonly position: string;
}

/** Its address. */
export function nextAddress({ path, limit, listing, position }: NextPage): string {
  return `${path}?limit=${limit}&cursor=${cursorAfter(listing, position)}`;
}

/** The same as a header (RFC 8288), for programs that follow links. */
export function linkTo(next: string | null): Record<string, string> {
  return next === null ? {} : { link: `<${next}>; rel="next"` };
}
