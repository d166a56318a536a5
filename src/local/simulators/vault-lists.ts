/**
 * Role: pages of a simulated vault's lists: at most 25 items, in no promised order, continued by a
 * `nextLink` on the host and port that were called.
 */
import { createHash } from 'node:crypto';
import type { Random } from './random.ts';
import { badParameter } from './vault-refusal.ts';

/** The largest and the usual page of Key Vault. */
const vaultPageSize = 25;

/** One page, as on the wire. */
export interface VaultPage<T> {
  readonly value: readonly T[];
  readonly nextLink: string | null;
}

/**
 * One page of `items`. The order is a hash with a salt drawn for each listing, and the link names
 * the last item's place in it: writes between two pages hide no item that was there from the start.
 */
export function vaultPage<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  { url, random }: { readonly url: URL; readonly random: Random },
): VaultPage<T> {
  const size = pageSize(url.searchParams.get('maxresults'));
  const token = url.searchParams.get('$skiptoken');
  const [salt = '', after = ''] = token === null ? [random.hex(16)] : parts(token);
  const ranked = items
    .map((item) => ({ item, rank: rankOf(salt, idOf(item)) }))
    .filter(({ rank }) => rank > after)
    .toSorted((one, other) => (one.rank < other.rank ? -1 : 1));
  const shown = ranked.slice(0, size);
  const last = shown.at(-1);
  const isLast = last === undefined || ranked.length <= size;
  return {
    value: shown.map(({ item }) => item),
    nextLink: isLast ? null : linkAfter(url, `${salt}.${last.rank}`),
  };
}

function pageSize(text: string | null): number {
  if (text === null) return vaultPageSize;
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= vaultPageSize) return size;
  throw badParameter(`maxresults must be between 1 and ${vaultPageSize}.`);
}

function parts(token: string): string[] {
  if (!/^[0-9a-f]{16}\.[0-9a-f]{64}$/u.test(token))
    throw badParameter('The skip token is invalid.');
  return token.split('.');
}

function rankOf(salt: string, id: string): string {
  return createHash('sha256').update(`${salt}/${id}`).digest('hex');
}

function linkAfter(url: URL, token: string): string {
  const next = new URL(url);
  next.searchParams.set('$skiptoken', token);
  return next.href;
}
