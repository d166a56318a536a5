/**
 * Who calls, and whether they may: the one door of all HTTP routes. A caller is who a token of Entra
 * says they are, and nobody else; function keys and identity headers say nothing (law 9).
 *
 * A token is good for as many requests as its holder likes until it ends; that is what a bearer
 * token is. What must not happen twice is the effect of a request, and that does not rest on the
 * token: orders are written once each, under an id of their own.
 */
import type { Clock, Log } from '../reconcile/world.ts';
import { refusal, type Refusal, type Role } from './caller-refusal.ts';
import { carriedToken, holderOf, type Holder, type TokenRules } from './caller-token.ts';
import type { Reply } from './reply.ts';
import { siteBreach, type SiteRequest } from './same-site.ts';

/** Whose tokens count, and what it takes to tell. */
export interface CallerOptions extends TokenRules {
  /** Where people find Keeper, when that is not the address that it is called at. */
  readonly publicUrl?: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'warn'>;
}

/** What a route asks of its callers. */
export interface RouteNeeds {
  readonly role: Role;
  /** A form of Keeper's own page may be sent here. */
  readonly takesForms?: boolean;
}

/** Somebody who is known, and may do what the route does. */
export interface Caller extends Holder {
  /** Whether the token was sent by the caller, or put there by App Service. */
  readonly how: 'bearer' | 'app-service';
}

export type VerifiedCaller =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly reply: Reply };

/**
 * Lets a request in, or says how to answer it. Without options there is no sign-in, and then nobody
 * is let in: no setting opens Keeper to all.
 */
export async function verifyCaller(
  request: SiteRequest,
  needs: RouteNeeds,
  options: CallerOptions | undefined,
): Promise<VerifiedCaller> {
  const found = options === undefined ? 'not-set-up' : await callerOf(request, needs, options);
  if (typeof found === 'object') return { ok: true, caller: found };
  options?.log.warn('caller refused', { why: found, needed: needs.role });
  const reply = refusal(found, needs.role);
  // The session lives on without the token that it came with, and nothing renews that one.
  const isSignInOver = found === 'expired' && carriedToken(request.headers)?.how === 'app-service';
  return { ok: false, reply: isSignInOver ? { ...reply, isSignInOver } : reply };
}

async function callerOf(
  request: SiteRequest,
  { role, takesForms = false }: RouteNeeds,
  options: CallerOptions,
): Promise<Caller | Refusal> {
  const token = carriedToken(request.headers);
  const breach = siteBreach(request, {
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    takesForms,
    isAmbient: token?.how === 'app-service',
  });
  if (breach !== undefined) return breach;
  if (token === undefined) return 'missing';
  const holder = await holderOf(token.text, options, options.clock.now());
  if (typeof holder !== 'object') return holder;
  return holder.roles.has(role) ? { ...holder, how: token.how } : 'role';
}
