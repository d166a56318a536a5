/**
 * Role: the part of `$filter` that applications and service principals answer without advanced
 * queries; `passwordCredentials` cannot be filtered on. Facts: docs/vendors.md#graph-registrations.
 */
import { Refusal } from './directory-refusal.ts';

/** What a filter can look at. */
export interface Filterable {
  id: string;
  appId: string;
  displayName: string;
  tags: readonly string[];
  uniqueName?: string | null;
  signInAudience?: string;
}

/** True for objects that a filter lets through. */
export type Filter = (object: Filterable) => boolean;

/** `eq` values may not be longer outside advanced queries. */
const VALUE_CHARACTERS = 120;
const TERMS_OF_IN = 15;
const QUOTED = "'((?:[^']|'')*)'";
const EQUALS = new RegExp(`(id|appId|displayName|uniqueName|signInAudience) eq ${QUOTED}`, 'uy');
const STARTS = new RegExp(`startswith\\((displayName),\\s*${QUOTED}\\)`, 'iuy');
const TAGGED = new RegExp(`tags/any\\((\\w+):\\s*\\1 eq ${QUOTED}\\)`, 'uy');
const AMONG = /(id|appId|displayName) in \(((?:'(?:[^']|'')*'\s*,?\s*)+)\)/uy;

/** Reads a filter: clauses joined by `and`. */
export function readFilter(text: string): Filter | Refusal {
  const clauses: Filter[] = [];
  let position = 0;
  for (;;) {
    const found = readClause(text, position);
    if (found instanceof Refusal) return found;
    clauses.push(found.clause);
    position = found.end;
    if (position === text.length) break;
    if (!text.startsWith(' and ', position)) return unsupported(text);
    position += ' and '.length;
  }
  return (object) => clauses.every((clause) => clause(object));
}

function readClause(text: string, position: number): { clause: Filter; end: number } | Refusal {
  const equals = matchAt(EQUALS, text, position);
  if (equals !== undefined) {
    const value = plain(equals.value);
    if (value.length > VALUE_CHARACTERS) return tooLong();
    const name = equals.name as 'id' | 'appId' | 'displayName' | 'uniqueName' | 'signInAudience';
    return { clause: (object) => same(object[name], value), end: equals.end };
  }
  const starts = matchAt(STARTS, text, position);
  if (starts !== undefined) {
    const start = plain(starts.value).toLowerCase();
    const clause: Filter = (object) => object.displayName.toLowerCase().startsWith(start);
    return { clause, end: starts.end };
  }
  const tagged = matchAt(TAGGED, text, position);
  if (tagged !== undefined) {
    const tag = plain(tagged.value);
    if (tag.length > VALUE_CHARACTERS) return tooLong();
    return { clause: (object) => object.tags.includes(tag), end: tagged.end };
  }
  const among = matchAt(AMONG, text, position);
  if (among === undefined) return unsupported(text.slice(position));
  const values = [...among.value.matchAll(/'((?:[^']|'')*)'/gu)].map(([, one]) => plain(one ?? ''));
  if (values.length > TERMS_OF_IN) return unsupported(text.slice(position));
  const name = among.name as 'id' | 'appId' | 'displayName';
  const clause: Filter = (object) => values.some((value) => same(object[name], value));
  return { clause, end: among.end };
}

function matchAt(
  pattern: RegExp,
  text: string,
  position: number,
): { name: string; value: string; end: number } | undefined {
  pattern.lastIndex = position;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  return { name: match[1] ?? '', value: match[2] ?? '', end: position + match[0].length };
}

/** Names and ids compare without regard to case. */
function same(have: string | null | undefined, wanted: string): boolean {
  return have?.toLowerCase() === wanted.toLowerCase();
}

function plain(quoted: string): string {
  return quoted.replaceAll("''", "'");
}

function unsupported(clause: string): Refusal {
  return new Refusal(
    400,
    'Request_UnsupportedQuery',
    `Unsupported or invalid query filter clause specified: ${clause}`,
  );
}

function tooLong(): Refusal {
  const message = `Values of more than ${VALUE_CHARACTERS} characters are not supported in a filter.`;
  return new Refusal(400, 'Request_UnsupportedQuery', message);
}
