/**
 * Role: does the pair that a connector holds work at Microsoft? Nylas is asked to take a refresh token
 * that is none: whether Microsoft finds fault with the client or with the token shows in the refusal.
 * Nothing comes into being. What Microsoft checks first is not known, so users of this compare it
 * with a pair that is surely wrong.
 */
import { textAt, type RawCalls } from '../../support/contract-raw.ts';

/** What the refusal says of the pair. */
export type PairState = 'works' | 'broken' | 'unclear';

/** Numbers of Microsoft that find fault with the client. */
const ofClient = /AADSTS(?:7000215|7000222|7000218|7000216|700016|900144|7000229)\b/;

/** Asks once. */
export async function pairAtWork(nylas: RawCalls): Promise<PairState> {
  const { status, json } = await nylas({
    method: 'POST',
    path: '/v3/connect/custom',
    body: { provider: 'microsoft', settings: { refresh_token: 'keeper-contract-no-token' } },
  });
  if (status < 400 || status >= 500) return 'unclear';
  const word = textAt(json, 'error', 'provider_error', 'error');
  const description = textAt(json, 'error', 'provider_error', 'error_description') ?? '';
  if (word === 'invalid_client' || word === 'unauthorized_client') return 'broken';
  if (ofClient.test(description)) return 'broken';
  return word === 'invalid_grant' ? 'works' : 'unclear';
}
