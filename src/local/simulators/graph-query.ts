/**
 * Role: the query options of a request, and pages. What the simulator does not know it refuses,
 * rather than answer something else than the vendor would.
 */
import { Refusal } from './directory-refusal.ts';
import { type Filter, type Filterable, readFilter } from './graph-filter.ts';

/** Items a page when `$top` is absent, and at most. */
const PAGE_ITEMS = 100;
const MOST_PAGE_ITEMS = 999;

/** The options of one request. */
export interface Query {
  filter: Filter | undefined;
  /** Property names; undefined shows all. */
  select: readonly string[] | undefined;
  top: number;
  /** Only objects made after this place. */
  after: number;
}

/** Reads the options; `known` are the property names that `$select` may name. */
export function readQuery(url: URL, known: readonly string[]): Query | Refusal {
  for (const name of url.searchParams.keys()) {
    if (!['$filter', '$select', '$top', '$skiptoken'].includes(name) && name.startsWith('$')) {
      return unsupported(`The query option '${name}' is not simulated.`);
    }
  }
  const select = url.searchParams.get('$select')?.split(',');
  // An empty list has no sample to compare with.
  const stranger = known.length === 0 ? undefined : select?.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const message = `Parsing OData Select and Expand failed: Could not find a property named '${stranger}'.`;
    return new Refusal(400, 'BadRequest', message);
  }
  const filterText = url.searchParams.get('$filter');
  const filter = filterText === null ? undefined : readFilter(filterText);
  if (filter instanceof Refusal) return filter;
  const top = Number(url.searchParams.get('$top') ?? PAGE_ITEMS);
  if (!Number.isInteger(top) || top < 1 || top > MOST_PAGE_ITEMS) {
    const message = `Invalid page size specified: '${top}'. Must be between 1 and ${MOST_PAGE_ITEMS} inclusive.`;
    return unsupported(message);
  }
  const after = readSkipToken(url.searchParams.get('$skiptoken'));
  return after instanceof Refusal ? after : { filter, select, top, after };
}

/** One page of a list, and where the next one is: absolute, on the host that was called. */
export function pageOf<T>(
  url: URL,
  query: Query,
  items: readonly { sequence: number; subject: Filterable; item: T }[],
): { items: readonly T[]; nextLink: string | undefined } {
  const matching = items.filter(
    ({ sequence, subject }) => sequence > query.after && (query.filter?.(subject) ?? true),
  );
  const page = matching.slice(0, query.top);
  const last = page.at(-1);
  const hasMore = matching.length > page.length;
  return {
    items: page.map(({ item }) => item),
    nextLink: hasMore && last !== undefined ? linkAfter(url, last.sequence) : undefined,
  };
}

function linkAfter(url: URL, sequence: number): string {
  const next = new URL(url);
  next.searchParams.set('$skiptoken', Buffer.from(`s:${sequence}`).toString('base64url'));
  // The vendor leaves the dollar signs of option names as they are.
  return next.href.replaceAll('%24', '$');
}

function readSkipToken(token: string | null): number | Refusal {
  if (token === null) return 0;
  const match = /^s:(\d+)$/u.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) {
    return new Refusal(400, 'Directory_ExpiredPageToken', 'The specified page token has expired.');
  }
  return Number(match[1]);
}

function unsupported(message: string): Refusal {
  return new Refusal(400, 'Request_UnsupportedQuery', message);
}
