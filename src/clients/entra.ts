/**
 * Entra's token endpoint as the loop's {@link TokenEndpoint}: does a secret work? The token that
 * proves it is thrown away unread (docs/vendors.md#entra-tokens).
 */
import { z } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import type { Secret } from '../core/secret.ts';
import type { TokenEndpoint, Trial } from '../reconcile/world.ts';
import { safeRequestId, vendorError } from './error-shape.ts';
import { faultOfError, faultOfReply } from './fault.ts';
import { readBody } from './read-body.ts';
import type { Transport, TransportReply } from './transport.ts';

export interface EntraOptions {
  /** `https://login.microsoftonline.com`, or that of a sovereign cloud. */
  readonly authority: string;
  /** A tenant id or domain; never `common`. */
  readonly tenant: string;
  /** What the token is asked for; default `https://graph.microsoft.com/.default`. */
  readonly scope?: string;
  readonly transport: Transport;
}

const tokenAnswer = z.object({ access_token: z.string().min(1) });

/** The token endpoint of one tenant. */
export function entraTokens(options: EntraOptions): TokenEndpoint {
  return { tryCredential: (appId, secret) => tryCredential(options, appId, secret) };
}

/** One request, never repeated: the loop spaces its attempts. */
async function tryCredential(
  { authority, tenant, scope = 'https://graph.microsoft.com/.default', transport }: EntraOptions,
  appId: string,
  secret: Secret,
): Promise<Result<Trial>> {
  const form = new URLSearchParams({
    client_id: appId,
    client_secret: secret.reveal(),
    scope,
    grant_type: 'client_credentials',
  });
  try {
    const reply = await transport({
      method: 'POST',
      url: `${new URL(authority).origin}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    });
    return trialOf(reply);
  } catch (error) {
    return failure(faultOfError('entra', error));
  }
}

/** A refusal is one only with a number; which number means what is the loop's business. */
function trialOf(reply: TransportReply): Result<Trial> {
  if (reply.status === 200) {
    const token = readBody('entra', reply, tokenAnswer);
    const requestId = safeRequestId(reply.headers['x-ms-request-id']);
    if (!token.ok) return token;
    return success({ kind: 'accepted', ...(requestId === undefined ? {} : { requestId }) });
  }
  const fault = faultOfReply('entra', reply.status, reply.headers, reply.body);
  const { numbers, requestId } = vendorError('entra', reply.headers, reply.body);
  const code = numbers[0];
  const isRefusal = (reply.status === 400 || reply.status === 401) && fault.kind !== 'unavailable';
  if (!isRefusal) return failure(fault);
  if (code === undefined) return failure({ ...fault, kind: 'malformed' });
  return success({ kind: 'refused', code, ...(requestId === undefined ? {} : { requestId }) });
}
