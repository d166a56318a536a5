/**
 * Role: the front door of simulated Nylas: API keys, 50 requests a second for each application, and
 * the envelope of replies with its request id in body and header.
 */
import { NylasRefusal, usualNylasRefusal } from './nylas-refusal.ts';
import type { NylasApplication } from './nylas-state.ts';
import type { Random } from './random.ts';
import { type RateWindow, rateWindow } from './vault-rate.ts';

const requestsPerSecond = 50;

/** The front door of one region. */
export interface NylasGate {
  /** Whose key it is. Throws a 401 (now and then a 400, as documented) or a 429. */
  admit(authorization: string | null, at: number): NylasApplication;
  reply(status: number, body: object): Response;
  refuse(refusal: NylasRefusal): Response;
}

/** The front door over a region's applications. */
export function nylasGate(
  applications: ReadonlyMap<string, NylasApplication>,
  { random, retryAfterChance }: { readonly random: Random; readonly retryAfterChance: number },
): NylasGate {
  const windows = new Map<string, RateWindow>();

  function admit(authorization: string | null, at: number): NylasApplication {
    const key = /^Bearer (\S+)$/u.exec(authorization ?? '')?.[1];
    const application = key === undefined ? undefined : ownerOf(key, at);
    if (application === undefined) throw badKey(key);
    const window = windows.get(application.id) ?? rateWindow(requestsPerSecond, 1000);
    windows.set(application.id, window);
    if (window.admit(at) === undefined) return application;
    throw usualNylasRefusal(429, random.chance(retryAfterChance) ? 1 : undefined);
  }

  function ownerOf(key: string, at: number): NylasApplication | undefined {
    return [...applications.values()].find(({ keys }) => {
      const known = keys.get(key);
      return known !== undefined && !known.isRevoked && at < known.endsAt;
    });
  }

  function badKey(key: string | undefined): NylasRefusal {
    if (key !== undefined && random.chance(0.3)) {
      return new NylasRefusal(400, 'token.unauthorized_access', 'Unauthorized access');
    }
    return new NylasRefusal(401, 'api.authentication_error', 'Invalid API key');
  }

  function reply(status: number, body: object): Response {
    const requestId = random.uuid();
    return Response.json(
      { request_id: requestId, ...body },
      { status, headers: { 'x-request-id': requestId, 'x-fastly-id': random.hex(16) } },
    );
  }

  function refuse(refusal: NylasRefusal): Response {
    const response =
      refusal.status >= 502 && random.chance(0.5) ? page(refusal.status) : json(refusal);
    if (refusal.retryAfterSeconds !== undefined) {
      response.headers.set('retry-after', String(refusal.retryAfterSeconds));
    }
    return response;
  }

  function json({ status, type, message, providerError }: NylasRefusal): Response {
    const shown = random.chance(0.3) ? type.replace(/^api\./u, '') : type;
    const extra = providerError !== undefined && { provider_error: providerError };
    return reply(status, { error: { type: shown, message, ...extra } });
  }

  /** What a proxy in front of Nylas answers: not JSON. */
  function page(status: number): Response {
    return new Response(`<html><body><h1>${status}</h1></body></html>`, {
      status,
      headers: { 'content-type': 'text/html', 'x-request-id': random.uuid() },
    });
  }

  return { admit, reply, refuse };
}
