/**
 * Role: what a request costs, and how the throttle's findings look on an answer.
 * Facts: docs/vendors.md#graph-throttling.
 */
import { admitsPersonalAccounts } from './directory-objects.ts';
import { Refusal } from './directory-refusal.ts';
import { applicationsByKey, type DirectoryStore, liveNow } from './directory-store.ts';
import { audienceIn } from './graph-body.ts';
import { type GraphContext, keyIn, routedPath } from './graph-routes.ts';
import type { Allowance, Cost } from './graph-throttle.ts';

/** `$top` below this makes a read cheaper. */
const SMALL_PAGE_ITEMS = 20;
/** The fill from which the vendor shows it. */
const SHOWN_FILL = 0.8;

/** The cost of a request. */
export async function costOf(context: GraphContext): Promise<Cost> {
  const { directory, call } = context.var;
  const [, , collection, segment] = routedPath(context.req.raw).split('/');
  const isWrite = context.req.method !== 'GET';
  const { searchParams } = new URL(context.req.url);
  const select = searchParams.get('$select');
  return {
    callerId: call.by.principalId,
    units: isWrite ? 1 : unitsOfRead(collection === 'applications', searchParams),
    isWrite,
    isPersonalWrite:
      isWrite &&
      collection === 'applications' &&
      isPersonal(directory.store, segment, await context.req.text()),
    readsKeys: select !== null && select.split(',').includes('keyCredentials'),
  };
}

function unitsOfRead(isApplications: boolean, query: URLSearchParams): number {
  const top = query.get('$top');
  const base = isApplications ? 2 : 1;
  const savedBySelect = query.has('$select') ? 1 : 0;
  const savedByTop = top !== null && Number(top) < SMALL_PAGE_ITEMS ? 1 : 0;
  return Math.max(1, base - savedBySelect - savedByTop);
}

/** Whether a write is about an application that admits personal accounts; a new one does by default. */
function isPersonal(store: DirectoryStore, segment: string | undefined, body: string): boolean {
  const key = segment === undefined ? undefined : keyIn(decoded(segment));
  if (key instanceof Refusal) return false;
  const held = key === undefined ? undefined : applicationsByKey(store, key)[0];
  const audience = held === undefined ? undefined : liveNow(held)?.signInAudience;
  if (audience !== undefined) return admitsPersonalAccounts(audience);
  const asked = audienceIn(body);
  return (
    asked === undefined ||
    asked === 'AzureADandPersonalMicrosoftAccount' ||
    asked === 'PersonalMicrosoftAccount'
  );
}

/** A path segment, decoded if it can be. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** 429 with the vendor's headers. */
export function throttledAnswer(
  context: GraphContext,
  allowance: Allowance & { kind: 'throttled' },
): Response {
  const { directory, call, reply } = context.var;
  const { retryAfterSeconds, information } = allowance;
  const message = 'Too many requests. Please retry after some time.';
  const scope = information === 'WriteLimitExceeded' ? 'Write' : 'ReadWrite';
  return reply.refused(new Refusal(429, 'TooManyRequests', message, { retryAfterSeconds }), {
    'x-ms-throttle-scope': `Tenant_Application/${scope}/${call.by.principalId}/${directory.tenantId}`,
    'x-ms-throttle-information': information,
    ...fillHeader(allowance.fill),
  });
}

/** `x-ms-throttle-limit-percentage`, only from 0.8 on. */
export function fillHeader(fill: number): Readonly<Record<string, string>> {
  return fill < SHOWN_FILL ? {} : { 'x-ms-throttle-limit-percentage': fill.toFixed(2) };
}
