/**
 * Role: POST /v3/connect/custom: Nylas exchanges a user's refresh token with a record's client id
 * and secret. The one way to prove at once that a secret works inside Nylas.
 */
import { connectorOf, recordOf } from './nylas-connectors.ts';
import type { GrantWorld } from './nylas-grants.ts';
import type { PairBook } from './nylas-pairs.ts';
import { NylasRefusal, invalidRequest } from './nylas-refusal.ts';
import { type Grant, type NylasApplication, activeRecord } from './nylas-state.ts';
import type { FailureWhy } from './outage.ts';

/** Whose refresh token it is, and for which Entra application. */
export interface RefreshTokenOwner {
  readonly email: string;
  readonly clientId: string;
}

/** A refresh token as the simulators write it. */
export function refreshTokenFor({ clientId, email }: RefreshTokenOwner): string {
  return `simulated-refresh.${clientId}.${email}`;
}

/** Reads what {@link refreshTokenFor} wrote. */
export function refreshTokenOwner(token: string): RefreshTokenOwner | undefined {
  const [, clientId, email] = /^simulated-refresh\.([^.]+)\.(.+)$/u.exec(token) ?? [];
  return clientId === undefined || email === undefined ? undefined : { clientId, email };
}

/** Authenticates a grant, the same one for the same e-mail; or refuses with the provider's error. */
export function customSignIn(
  application: NylasApplication,
  asked: { readonly refreshToken: string; readonly credentialId?: string },
  context: {
    readonly at: number;
    readonly grants: GrantWorld;
    readonly pairs: PairBook;
    ownerOf(token: string): RefreshTokenOwner | undefined;
  },
): Grant {
  const record = recordAsked(application, asked.credentialId);
  const status = context.pairs.statusOf(record.data, context.at);
  if (!status.ok) throw exchangeFailed('invalid_client', clientError(status.why));
  const owner = context.ownerOf(asked.refreshToken);
  if (owner === undefined || owner.clientId !== record.data.clientId) {
    throw exchangeFailed('invalid_grant', 'AADSTS70000: The refresh token is not valid.');
  }
  const grant = context.grants.signIn(application, { email: owner.email, record }, context.at);
  if (grant === undefined) throw new Error('A working credential did not sign in');
  return grant;
}

function recordAsked(application: NylasApplication, id: string | undefined) {
  const connector = connectorOf(application);
  if (id === undefined) return activeRecord(connector);
  if (!connector.records.has(id)) throw invalidRequest('credential_id names no credential');
  return recordOf(application, id);
}

function clientError(why: FailureWhy): string {
  if (why === 'ended') return 'AADSTS7000222: The provided client secret keys are expired.';
  if (why === 'app-gone') return 'AADSTS700016: The application was not found in the directory.';
  return 'AADSTS7000215: Invalid client secret provided.';
}

function exchangeFailed(error: string, description: string): NylasRefusal {
  return new NylasRefusal(400, 'token.exchange_failed', 'Provider refused the token exchange', {
    providerError: { error, error_description: description },
  });
}
