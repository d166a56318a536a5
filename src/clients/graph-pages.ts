/** Listings of Graph, page by page, with a bound on the pages and on where they lead. */
import { z } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import { malformed } from './fault.ts';
import type { GraphSender } from './graph-send.ts';
import { graphPages } from './limits.ts';
import { readBody } from './read-body.ts';

/** A listing to read. */
export interface PagedListing<T> {
  /** Path and query of the first page. */
  readonly path: string;
  readonly item: z.ZodType<T>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Greatest number of pages. */
  readonly pages?: number;
}

interface Page<T> {
  value: T[];
  '@odata.nextLink'?: string | null | undefined;
}

/** A schema is compiled when it is first used: one for each kind of item, not one for each listing. */
const pageSchemas = new WeakMap<z.ZodType, z.ZodType<Page<unknown>>>();

function pageOf<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  const known = pageSchemas.get(item);
  if (known) return known as z.ZodType<Page<T>>;
  const made = z.object({
    value: z.array(item).max(2_000),
    '@odata.nextLink': z.string().max(16_384).nullish(),
  });
  pageSchemas.set(item, made);
  return made;
}

/**
 * All items. Faults besides those of a read: `malformed` with code `next-link` when a page points
 * away from Graph (the token goes with each request), `too-many-pages` when the bound is reached:
 * a part of a listing would make the rest look absent.
 */
export async function readAllPages<T>(
  sender: GraphSender,
  { path, item, headers = {}, pages = graphPages }: PagedListing<T>,
): Promise<Result<readonly T[]>> {
  const page = pageOf(item);
  const items: T[] = [];
  let here = path;
  for (let count = 0; count < pages; count += 1) {
    const reply = await sender.read(here, headers);
    if (!reply.ok) return reply;
    const body = readBody('graph', reply.value, page);
    if (!body.ok) return body;
    items.push(...body.value.value);
    const link = body.value['@odata.nextLink'];
    if (link === undefined || link === null) return success(items);
    const next = sender.pathOf(link);
    if (next === undefined) return failure(malformed('graph', { code: 'next-link' }));
    here = next;
  }
  return failure(malformed('graph', { code: 'too-many-pages' }));
}
