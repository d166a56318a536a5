/**
 * The one door of all HTTP routes: what stands before each of them, in the order of what it costs.
 * The method, the gate for floods, the body within its bound, who calls, how often they call; then
 * the route; then whether the caller has the answer already.
 *
 * The gate: each call takes a token, and gets it back once it is verified. So only bad calls use it
 * up, and a flood of them is refused without looking at a signature or writing a line each. Whose
 * token was good before on this instance is let through all the same.
 */
import { carriedToken } from './caller-token.ts';
import { verifyCaller } from './caller.ts';
import { conditional } from './conditional.ts';
import { knownTokens } from './known-tokens.ts';
import { rateLimit, rateLimits, type Rate, type Toll } from './rate.ts';
import { guarded, problem, type Reply } from './reply.ts';
import type { GuardedRoute, Route, RouteRequest, WebParts } from './route.ts';

/** How often one may call, each bound for one instance. */
export const rates = {
  /** What may be read, by one caller. */
  reads: { burst: 200, perSecond: 20 },
  /** Orders by one caller. Law 12 bounds what they do; this bounds what they write. */
  orders: { burst: 30, perSecond: 1 },
  /** Calls that turn out not to be good ones, by everybody together. */
  bad: { burst: 200, perSecond: 20 },
} satisfies Readonly<Record<string, Rate>>;

/** Callers and tokens that are remembered. */
export const mostRemembered = 1_000;

export interface DoorOptions {
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** Answers a request to a route. `parts` is only asked for when the route needs any. */
export type Door = (route: Route, request: RouteRequest, parts: () => WebParts) => Promise<Reply>;

/** A door with nobody before it yet; a process needs one. */
export function openDoor({ monotonic }: DoorOptions): Door {
  const bad = rateLimit(rates.bad);
  const reads = rateLimits(rates.reads, mostRemembered);
  const orders = rateLimits(rates.orders, mostRemembered);
  const known = knownTokens(mostRemembered);

  /** Past the gate for floods or not. */
  function gate(token: string | undefined): Toll & { readonly isTaken: boolean } {
    if (token !== undefined && known.has(token)) return { ok: true, isTaken: false };
    return { ...bad.take(monotonic()), isTaken: true };
  }

  async function guardedAnswer(
    route: GuardedRoute,
    request: RouteRequest,
    parts: WebParts,
  ): Promise<Reply> {
    const token = carriedToken(request.headers)?.text;
    const gated = gate(token);
    if (!gated.ok) return tooMany(gated.retryAfterSeconds, 'Too many calls that count for nothing');
    const body = await request.body(route.bodyBytes ?? 0);
    const { method, url, headers, params, query } = request;
    const asked = { method, url, headers, hasBody: body !== '' };
    const verified = await verifyCaller(asked, route, parts.callers);
    if (!verified.ok) {
      if (token !== undefined) known.forget(token);
      return verified.reply;
    }
    if (gated.isTaken) bad.giveBack();
    if (token !== undefined) known.add(token);
    const { caller } = verified;
    const toll = (route.method === 'GET' ? reads : orders).take(caller.objectId, monotonic());
    if (!toll.ok) return tooMany(toll.retryAfterSeconds, 'Too many calls of yours');
    return route.answer({ parts, caller, headers, params, query, body });
  }

  return async (route, request, parts) => {
    if (request.method === 'OPTIONS') return options(route);
    if (!methodsOf(route).includes(request.method)) return noSuchMethod(route);
    if (route.role === 'everybody') return route.answer();
    const reply = await guardedAnswer(route, request, parts());
    const isRefusal = reply.headers['content-type']?.startsWith('application/problem+json');
    if (isRefusal === true) return route.refused?.(reply, request) ?? reply;
    return conditional(reply, request);
  };
}

function methodsOf({ method }: Route): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function allowed(route: Route): Record<string, string> {
  return { allow: [...methodsOf(route), 'OPTIONS'].join(', ') };
}

/** What may be called is no secret. Nothing is granted to pages of other sites. */
function options(route: Route): Reply {
  return { status: 204, headers: { ...guarded, ...allowed(route) }, body: '' };
}

function noSuchMethod(route: Route): Reply {
  const detail = `Call this with ${methodsOf(route).join(' or ')}.`;
  return problem(405, 'Method not allowed', detail, allowed(route));
}

function tooMany(seconds: number, title: string): Reply {
  return problem(429, title, `Try again in ${seconds} s.`, { 'retry-after': String(seconds) });
}
