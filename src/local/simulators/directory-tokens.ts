/**
 * Role: the bearer tokens that the token service has handed out, and who they speak for.
 * Tokens are opaque here; real ones are too, as far as a client may care.
 */
import type { GraphRole, Principal } from './directory-objects.ts';
import type { Random } from './random.ts';

/** A token that was handed out. */
export interface IssuedToken {
  principalId: string;
  appId?: string | undefined;
  /** The resource that the token is for, such as https://graph.microsoft.com. */
  audience: string;
  /** Roles at the time of issue. */
  roles: readonly GraphRole[];
  /** Judged by the clock that the token was issued with. */
  isExpired(): boolean;
}

/** The tokens of one tenant. */
export interface TokenBook {
  /** Records a token and gives its text. */
  issue(token: IssuedToken): string;
  /** The live token with this text, if it is for one of the audiences. */
  find(text: string, audiences: readonly string[]): IssuedToken | undefined;
}

/** Above this many tokens the ended ones are forgotten. */
const TOKENS_KEPT = 1_000;

/** An empty book. */
export function tokenBook(random: Random): TokenBook {
  const tokens = new Map<string, IssuedToken>();

  function issue(token: IssuedToken): string {
    if (tokens.size >= TOKENS_KEPT) {
      for (const [text, old] of tokens) if (old.isExpired()) tokens.delete(text);
    }
    const text = `simulated.${random.hex(48)}.${random.hex(32)}`;
    tokens.set(text, token);
    return text;
  }

  function find(text: string, audiences: readonly string[]): IssuedToken | undefined {
    const token = tokens.get(text);
    if (token === undefined || token.isExpired()) return undefined;
    const isForOne = audiences.some((audience) => resource(audience) === resource(token.audience));
    return isForOne ? token : undefined;
  }

  return { issue, find };
}

/**
 * A resource name without the trailing slashes that callers add or leave out, and without the port
 * that a simulator happens to listen on.
 */
export function resource(name: string): string {
  return name.replace(/\/+$/u, '').replace(/:\d+$/u, '').toLowerCase();
}

/** The text of a request's bearer token. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer\s+(\S+)$/iu.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** A principal as a token describes it. */
export function principalFrom(token: IssuedToken, roles: readonly GraphRole[]): Principal {
  return { principalId: token.principalId, appId: token.appId, roles };
}
