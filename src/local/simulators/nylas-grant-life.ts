/**
 * Role: the life of one grant at simulated Nylas: when it refreshes, when its status flips, when
 * its user comes back. Instants are epoch milliseconds.
 */
import { says } from './nylas-modes.ts';
import type { CredentialRecord, Grant, NylasApplication } from './nylas-state.ts';
import type { Random } from './random.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const meanSignInMs = 30 * 24 * hourMs;

/** How long a provider's access token lives, so how often a grant refreshes. */
const refreshMs = hourMs;

/** A grant that has just been made. */
export function newGrant(
  application: NylasApplication,
  { email, record, at }: { email: string; record: CredentialRecord; at: number },
  random: Random,
): Grant {
  const id = random.uuid();
  return {
    id,
    email,
    scope: application.connector?.scope ?? [],
    createdAt: at,
    authenticatedAt: at,
    credentialId: record.id,
    bound: record.data,
    plan: 0,
    random: random.fork(`grant/${id}`),
  };
}

/** What GET shows as `grant_status`. */
export function grantStatus(grant: Grant, now: number): 'valid' | 'invalid' {
  return grant.invalidAt !== undefined && grant.invalidAt <= now ? 'invalid' : 'valid';
}

/** The first refresh of a grant at or after `at`; the phase is a hash of its id. */
export function refreshAtOrAfter(grantId: string, at: number): number {
  let hash = 0;
  for (const char of grantId) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  const phase = hash % refreshMs;
  return phase + Math.ceil((at - phase) / refreshMs) * refreshMs;
}

/** The next refresh that changes something, or infinity. */
export function nextRefreshThatMatters(grant: Grant, at: number): number {
  const isDown = grant.downSince !== undefined;
  const isFailing = grant.failing !== undefined;
  if (isFailing === isDown) return Infinity;
  // Once Nylas calls it invalid it refreshes no more: only its user brings it back.
  if (isDown && grantStatus(grant, at) === 'invalid') return Infinity;
  return refreshAtOrAfter(grant.id, at);
}

/** A refresh failed: the grant is down, and its user will notice within two days. */
export function loseAccess({ statusMode }: NylasApplication, grant: Grant, at: number): void {
  grant.downSince = at;
  if (statusMode === 'prompt') grant.invalidAt = at + grant.random.int(10 * minuteMs);
  if (statusMode === 'lags') grant.invalidAt = at + hourMs + grant.random.int(47 * hourMs);
  const returnsAt = at + 2 * hourMs + grant.random.int(46 * hourMs);
  grant.signInAt = Math.min(grant.signInAt ?? Infinity, returnsAt);
}

/** A refresh succeeded after failed ones. */
export function regainAccess(application: NylasApplication, grant: Grant, at: number): void {
  grant.downSince = undefined;
  grant.invalidAt = undefined;
  grant.signInAt = nextSignIn(application, grant, at);
}

/** The user signed in: the grant is tied to this record and to the secret that it holds now. */
export function bindGrant(
  application: NylasApplication,
  grant: Grant,
  { record, at }: { record: CredentialRecord; at: number },
): void {
  grant.failing = undefined;
  grant.bound = { clientId: record.data.clientId, clientSecret: record.data.clientSecret };
  grant.credentialId = record.id;
  grant.authenticatedAt = at;
  regainAccess(application, grant, at);
}

/** The sign-in did not work: the user tries again some hours later. */
export function retrySignIn(grant: Grant, at: number): void {
  grant.signInAt = at + 2 * hourMs + grant.random.int(10 * hourMs);
}

/** Its record is gone: it stops without waiting for a refresh. */
export function stopGrant(grant: Grant, at: number): void {
  grant.downSince ??= at;
  grant.invalidAt = Math.min(grant.invalidAt ?? Infinity, at);
  grant.signInAt = at + 2 * hourMs + grant.random.int(46 * hourMs);
}

/** Users whose grants do not follow come back now and then, every 30 days on average. */
function nextSignIn({ mode }: NylasApplication, grant: Grant, at: number): number | undefined {
  if (says(mode, 'grantsFollow')) return undefined;
  return at + Math.ceil(-Math.log(1 - grant.random.next()) * meanSignInMs);
}
