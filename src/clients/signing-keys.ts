/**
 * The public keys that Entra signs tokens of one tenant with (docs/vendors.md#entra-sign-in). They
 * are read when first needed, again each hour, and when a token names a key that is not among them;
 * never more often than the pauses below allow, so that nobody can make Keeper hammer Entra by
 * naming keys that there are not.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import type { Clock } from '../reconcile/world.ts';
import { faultOfError, faultOfReply, malformed } from './fault.ts';
import { readBody } from './read-body.ts';
import type { Transport } from './transport.ts';

/** Between two readings, when the first one went well. Milliseconds; Microsoft asks for as much. */
export const coolDownMs = 300_000;

/** Between two readings, when the first one failed. Milliseconds. */
export const failurePauseMs = 30_000;

/** Keys are read again after this: one that Entra has withdrawn is trusted no longer. Milliseconds. */
export const refreshMs = 3_600_000;

/** Without a successful reading for this long, no key is trusted. Milliseconds. */
export const trustMs = 86_400_000;

/** Characters of a listing; Entra's has some 10,000. */
const listingCharacters = 262_144;

/** Keys of a listing; Microsoft names 1,000 as the most to be ready for. */
const listedKeys = 1_000;

export interface SigningKeysOptions {
  /** `https://login.microsoftonline.com`, or that of a sovereign cloud. */
  readonly authority: string;
  /** The tenant's id. */
  readonly tenantId: string;
  readonly transport: Transport;
  readonly clock: Pick<Clock, 'monotonic' | 'now'>;
}

export interface SigningKeys {
  /**
   * The key with this id; `undefined` when Entra has none. A fault when that cannot be said: absent
   * is not unknown.
   */
  find(keyId: string): Promise<Result<KeyObject | undefined>>;
}

type Keys = ReadonlyMap<string, KeyObject>;

/**
 * The keys of one tenant.
 * @throws TypeError when the authority is no https address.
 */
export function signingKeys(options: SigningKeysOptions): SigningKeys {
  const { clock } = options;
  const source = sourceOf(options);
  let held: { readonly keys: Keys; readonly readAt: number } | undefined;
  let fault: Fault | undefined;
  let nextReadAt = -Infinity;
  let reading: Promise<void> | undefined;

  function heldFor(ms: number): Keys | undefined {
    return held !== undefined && clock.monotonic() - held.readAt < ms ? held.keys : undefined;
  }

  async function read(): Promise<void> {
    const listing = await readListing(options, source);
    const at = clock.monotonic();
    if (listing.ok) held = { keys: listing.value, readAt: at };
    fault = listing.ok ? undefined : listing.fault;
    nextReadAt = at + (listing.ok ? coolDownMs : pauseAfter(listing.fault));
  }

  /** One reading at a time: who comes meanwhile waits for its end. */
  async function readIfAllowed(): Promise<void> {
    if (reading === undefined && clock.monotonic() >= nextReadAt) {
      reading = read().finally(() => (reading = undefined));
    }
    await reading;
  }

  return {
    async find(keyId) {
      if (!heldFor(refreshMs)?.has(keyId)) await readIfAllowed();
      const key = heldFor(trustMs)?.get(keyId);
      return key === undefined && fault !== undefined ? failure(fault) : success(key);
    },
  };
}

interface Source {
  readonly url: string;
  readonly issuer: string;
  readonly tenantId: string;
}

function sourceOf({ authority, tenantId }: SigningKeysOptions): Source {
  const { origin, protocol } = new URL(authority);
  if (protocol !== 'https:') throw new TypeError('Signing keys are read over https only');
  const base = `${origin}/${encodeURIComponent(tenantId)}`;
  return { url: `${base}/discovery/v2.0/keys`, issuer: `${base}/v2.0`, tenantId };
}

const listingShape = z.object({ keys: z.array(z.unknown()).max(listedKeys) });

const keyShape = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
  kid: z.string().min(1).max(256),
  // 2,048 to 8,192 bits.
  n: z.string().regex(/^[\w-]{342,1366}$/),
  e: z.string().regex(/^[\w-]{1,8}$/),
  issuer: z.string().optional(),
});

/** One request, never repeated at once: the next caller repeats it when the pause is over. */
async function readListing(
  { transport, clock }: SigningKeysOptions,
  source: Source,
): Promise<Result<Keys>> {
  try {
    const reply = await transport({
      method: 'GET',
      url: source.url,
      headers: { accept: 'application/json' },
    });
    const { status, headers, body } = reply;
    if (status !== 200) {
      return failure(faultOfReply('entra', status, headers, body, { now: clock.now() }));
    }
    if (body.length > listingCharacters) {
      return failure(malformed('entra', { ...reply, code: 'oversized' }));
    }
    const listing = readBody('entra', reply, listingShape);
    if (!listing.ok) return listing;
    const keys = new Map(listing.value.keys.flatMap((raw) => usableKey(raw, source)));
    // Not one: rather a mistake of the listing than of all its keys.
    return keys.size > 0 ? success(keys) : failure(malformed('entra', { ...reply, code: 'keys' }));
  } catch (error) {
    return failure(faultOfError('entra', error));
  }
}

/** Keys of another kind, too short ones and other issuers' are passed over. */
function usableKey(raw: unknown, { issuer, tenantId }: Source): [string, KeyObject][] {
  const read = keyShape.safeParse(raw);
  if (!read.success) return [];
  const { kid, kty, n, e, issuer: vouchesFor = issuer } = read.data;
  if (vouchesFor.replace('{tenantid}', tenantId) !== issuer) return [];
  const key = publicKeyOf({ kty, n, e });
  return (key?.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048 && key ? [[kid, key]] : [];
}

function publicKeyOf(jwk: { kty: string; n: string; e: string }): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined; // Numbers that make no key.
  }
}

function pauseAfter(fault: Fault): number {
  const wished = 'retryAfterMs' in fault ? (fault.retryAfterMs ?? 0) : 0;
  return Math.min(Math.max(wished, failurePauseMs), coolDownMs);
}
