/**
 * Role: who may do what in a simulated vault: the challenge, the token check, and rights that an
 * administrator takes away and gives back while the simulation runs.
 */
import { VaultRefusal, forbidden } from './vault-refusal.ts';

/** Rights to secrets, as the built-in roles bundle them. */
type SecretRight = 'get' | 'list' | 'set' | 'delete' | 'recover' | 'purge';

/** Rights to keys. `keys/manage` stands for all that makes, changes, lists or copies them: nobody has it. */
export type KeyRight = 'keys/get' | 'keys/sign' | 'keys/manage';

/** Data-plane rights. */
export type VaultRight = SecretRight | KeyRight;

/** Stands for every caller in {@link VaultAccess.forbid}. */
export const everyCaller = '*';

/** How callers are told apart and judged. */
export interface VaultAccessSettings {
  /** The authority that the challenge names, e.g. `https://login.microsoftonline.com/<tenant>`. */
  readonly authority: string;
  /** The resource that the challenge names, e.g. `https://vault.localhost`. */
  readonly resource: string;
  /** Is this a token for this vault, and has its bearer a role here? */
  accepts(token: string): boolean | 'forbidden';
  /** Whose token it is, for {@link VaultAccess.forbid}. Default: the token itself. */
  callerOf?(token: string): string;
}

/** The gate of a vault. */
export interface VaultAccess {
  /** Throws a 401 with a challenge, or a 403, unless the bearer may do this. */
  check(authorization: string | undefined, right: VaultRight): void;
  /** Takes rights from a caller (default: all of them). */
  forbid(caller: string, rights?: readonly VaultRight[]): void;
  /** Gives a caller all rights back. */
  allow(caller: string): void;
  /** The value of WWW-Authenticate. */
  readonly challenge: string;
}

const allRights: readonly VaultRight[] = [
  'get',
  'list',
  'set',
  'delete',
  'recover',
  'purge',
  'keys/get',
  'keys/sign',
];

/** The gate of one vault. */
export function vaultAccess(settings: VaultAccessSettings): VaultAccess {
  const { authority, resource } = settings;
  const taken = new Map<string, ReadonlySet<VaultRight>>();

  function check(authorization: string | undefined, right: VaultRight): void {
    const token = /^Bearer (\S+)$/u.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new VaultRefusal(401, 'Unauthorized', 'Request is missing a Bearer token.');
    }
    const verdict = settings.accepts(token);
    if (verdict === false) throw new VaultRefusal(401, 'Unauthorized', 'Token validation failed.');
    const caller = settings.callerOf?.(token) ?? token;
    const isTaken = [caller, everyCaller].some((name) => taken.get(name)?.has(right));
    if (verdict === 'forbidden' || isTaken || !allRights.includes(right)) {
      throw forbidden('ForbiddenByRbac', `Caller is not authorized to perform action ${right}.`);
    }
  }

  return {
    check,
    forbid: (caller, rights = allRights) => void taken.set(caller, new Set(rights)),
    allow: (caller) => void taken.delete(caller),
    challenge: `Bearer authorization="${authority}", resource="${resource}"`,
  };
}
