/**
 * How a caller is refused. Each reason has one constant sentence: nothing of what was sent comes
 * back, neither in the answer nor in the log.
 */
import { problem, type Reply } from './reply.ts';

/** What a caller may do. Who may operate may also read. */
export type Role = 'Keeper.Read' | 'Keeper.Operate';

export type Refusal =
  /** No token came along. */
  | 'missing'
  | 'oversized'
  /** Not a token at all, or one of another kind. */
  | 'malformed'
  | 'algorithm'
  /** Signed with a key that the tenant does not have. */
  | 'unknown-key'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer'
  | 'audience'
  | 'tenant'
  /** A claim that Entra always sends is not there, or is not of its kind. */
  | 'claims'
  /** Known, but not allowed. */
  | 'role'
  /** Entra does not tell its keys: nobody can be verified. */
  | 'keys-unknown'
  /** Sent by a page of another site. */
  | 'cross-site'
  | 'content-type'
  /** This deployment has no sign-in. */
  | 'not-set-up';

type Words = readonly [status: number, title: string, detail: string];

const notTaken = 'Token not accepted';

const words: Readonly<Record<Exclude<Refusal, 'role'>, Words>> = {
  missing: [
    401,
    'Token missing',
    "Send an access token of Microsoft Entra for Keeper as 'Authorization: Bearer'. Function keys and identity headers give no rights.",
  ],
  oversized: [431, notTaken, 'The token is longer than Keeper reads.'],
  malformed: [401, notTaken, 'This is no token of Microsoft Entra.'],
  algorithm: [401, notTaken, 'The token is not signed with RS256.'],
  'unknown-key': [401, notTaken, 'The token is signed with a key that the tenant does not have.'],
  signature: [401, notTaken, 'The signature of the token is not right.'],
  expired: [401, notTaken, 'The token has expired. Get a new one, or sign in again.'],
  'not-yet-valid': [401, notTaken, 'The token is not valid yet. Check the clocks.'],
  issuer: [401, notTaken, 'The token was issued by another tenant, cloud or version.'],
  audience: [401, notTaken, 'The token is for another application.'],
  tenant: [401, notTaken, 'The token belongs to another tenant.'],
  claims: [
    401,
    notTaken,
    'A claim is missing or not of its kind. Keeper takes tokens of version 2.0 that name an object id.',
  ],
  'keys-unknown': [
    503,
    'Caller not verified',
    'Microsoft Entra does not tell its signing keys. Try again in a minute.',
  ],
  'cross-site': [403, 'Request not accepted', 'The request does not come from a page of Keeper.'],
  'content-type': [415, 'Body not accepted', 'Send the body as application/json, or send none.'],
  'not-set-up': [
    503,
    'Sign-in not set up',
    'This deployment names no application that operators sign in to, so it answers nobody.',
  ],
};

const roleDetails: Readonly<Record<Role, string>> = {
  'Keeper.Read': 'This needs the role Keeper.Read or Keeper.Operate.',
  'Keeper.Operate': 'This needs the role Keeper.Operate.',
};

/** Seconds after which to ask again, when Entra's keys are not known. */
const retryAfterSeconds = 30;

/** The answer to a caller who is not let in. */
export function refusal(why: Refusal, needed: Role): Reply {
  const [status, title, detail] =
    why === 'role' ? ([403, 'Not allowed', roleDetails[needed]] as const) : words[why];
  return problem(status, title, detail, extraHeaders(why, status));
}

function extraHeaders(why: Refusal, status: number): Record<string, string> {
  if (why === 'missing') return { 'www-authenticate': 'Bearer' };
  if (why === 'role') return { 'www-authenticate': 'Bearer error="insufficient_scope"' };
  if (why === 'keys-unknown') return { 'retry-after': String(retryAfterSeconds) };
  return status === 401 || status === 431
    ? { 'www-authenticate': 'Bearer error="invalid_token"' }
    : {};
}
