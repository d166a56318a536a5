/** What can be seen from outside of a host at work, and right after which it can be killed. */
import type { EffectKind } from '../../src/core/entry.ts';

/** What a host does: a write to a vendor, or one to its storage. */
export type Deed = EffectKind | 'append-intent' | 'append-outcome' | 'save-state';

/**
 * How far it is. To vendors: the request has come, it is done and its answer is lost, the answer is
 * out. To storage: the request has left, or its answer has come.
 */
export type Phase = 'sent' | 'done' | 'answered';

export interface Happening {
  readonly deed: Deed;
  readonly phase: Phase;
}

/** A request to a vendor, as far as it tells what it is about. */
export interface VendorRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

/** The effect that a request to a vendor would have; undefined for one that changes nothing. */
export function effectOf({ method, url, body }: VendorRequest): EffectKind | undefined {
  const { hostname, pathname } = url;
  if (method === 'GET') return undefined;
  if (hostname.startsWith('graph.')) return graphEffect(method, pathname);
  if (hostname.includes('.nylas.')) return 'push-credential';
  if (!hostname.includes('.vault.')) return undefined;
  if (method === 'PATCH') return 'disable-version';
  // The library first asks without token and body how it should present itself.
  if (body === '') return undefined;
  return pathname.endsWith('-pending') ? 'store-credential' : 'promote-credential';
}

function graphEffect(method: string, pathname: string): EffectKind {
  if (pathname.endsWith('/addPassword')) return 'add-credential';
  if (pathname.endsWith('/removePassword')) return 'remove-credential';
  if (pathname.includes('/servicePrincipals')) return 'create-service-principal';
  const isUpsert = method === 'PATCH' && pathname.includes('uniqueName=');
  return isUpsert || method === 'POST' ? 'create-registration' : 'update-registration';
}

/** What a piece of a request to blob storage writes, if it is anything that matters. */
export function storageDeedOf(piece: Buffer): Deed | undefined {
  const text = piece.toString('latin1');
  if (/^PUT \/[^/ ]+\/state\//.test(text)) return 'save-state';
  if (text.includes('"kind":"intent"')) return 'append-intent';
  return text.includes('"kind":"outcome"') ? 'append-outcome' : undefined;
}
