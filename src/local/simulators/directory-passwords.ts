/**
 * Role: the making and judging of client secrets. Facts: docs/vendors.md#graph-credentials.
 */
import type { Application, Password, ServicePrincipal } from './directory-objects.ts';
import { admitsPersonalAccounts } from './directory-objects.ts';
import { invalid, Refusal } from './directory-refusal.ts';
import type { Random } from './random.ts';

/** What a caller may say about a new secret; `keyId` and the like are ignored by the vendor. */
export interface PasswordRequest {
  displayName?: string | null | undefined;
  startDateTime?: string | null | undefined;
  endDateTime?: string | null | undefined;
}

/** Client secrets of an application that admits personal accounts, ended ones included. */
export const PERSONAL_ACCOUNT_PASSWORDS = 2;
/** Credentials near which an organisational application reaches its size limit. */
const OBJECT_SIZE_PASSWORDS = 600;
const DEFAULT_LIFETIME_YEARS = 2;
const TEXT_CHARACTERS = 40;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~._-'.split('');
/** The vendor words the limit in several ways; nobody may rely on one of them. */
const LIMIT_MESSAGES = [
  'Not allowed to add 3 passwords. You can only add a maximum of 2 passwords.',
  'You can only add a maximum of 2 encrypted credentials.',
  'The credential limit has been reached. Please delete a credential and try again.',
];

/** A new secret: default start now, default end two years after the start. */
export function makePassword(
  request: PasswordRequest,
  at: number,
  random: Random,
): Password | Refusal {
  const ticks = String(random.int(10_000)).padStart(4, '0');
  const startDateTime = wireDate(request.startDateTime, new Date(at).toISOString(), ticks);
  const startAt = Date.parse(startDateTime);
  if (Number.isNaN(startAt)) return invalid('startDateTime', 'Invalid value for startDateTime.');
  const end = new Date(startAt);
  end.setUTCFullYear(end.getUTCFullYear() + DEFAULT_LIFETIME_YEARS);
  const endDateTime = wireDate(request.endDateTime, end.toISOString(), ticks);
  const endAt = Date.parse(endDateTime);
  if (Number.isNaN(endAt)) return invalid('endDateTime', 'Invalid value for endDateTime.');
  if (endAt <= startAt || endAt <= at) {
    return invalid('endDateTime', 'Key credential end date is invalid.', 'InvalidKeyEndDate');
  }
  const text = drawText(random);
  return {
    keyId: random.uuid(),
    displayName: request.displayName ?? null,
    startAt,
    endAt,
    startDateTime,
    endDateTime,
    hint: text.slice(0, 3),
    text,
  };
}

/** A value of the vendor's alphabet; position 4 tells the vendor's scanners that it is a secret. */
function drawText(random: Random): string {
  const letters = Array.from({ length: TEXT_CHARACTERS }, () => random.pick(ALPHABET));
  return `${letters.slice(0, 3).join('')}8Q~${letters.slice(6).join('')}`;
}

/** A given date as the vendor repeats it, or the default with the vendor's 7 fraction digits. */
function wireDate(given: string | null | undefined, byDefault: string, ticks: string): string {
  if (given === null || given === undefined) return byDefault.replace('Z', `${ticks}Z`);
  const time = Date.parse(given);
  if (Number.isNaN(time) || !/^\d{4}-\d\d-\d\dT/.test(given)) return 'invalid';
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** Refuses one secret too many; ended ones count as long as they are listed. */
export function passwordLimitReached(
  owner: Application | ServicePrincipal,
  random: Random,
): Refusal | undefined {
  if (owner.passwords.length >= OBJECT_SIZE_PASSWORDS) {
    return new Refusal(
      403,
      'Directory_ResourceSizeExceeded',
      'The size of the object has exceeded its limit. Please reduce the number of values and retry your request.',
    );
  }
  if (owner.kind === 'service-principal' || !admitsPersonalAccounts(owner.signInAudience)) {
    return undefined;
  }
  if (owner.passwords.length < PERSONAL_ACCOUNT_PASSWORDS) return undefined;
  return new Refusal(400, 'Request_BadRequest', random.pick(LIMIT_MESSAGES));
}

/** 400 for the removal of a key id that is not listed. */
export function noSuchPassword(keyId: string): Refusal {
  return invalid('keyId', `No password credential found with keyId '${keyId}'.`);
}

/**
 * What the token service makes of a secret: accepted, or an AADSTS code.
 * 7000222 the right one but ended; 7000215 none of them (or not started yet, which no source documents).
 */
export function judgeSecret(
  passwords: readonly Password[],
  secretText: string,
  at: number,
): 'accepted' | { refused: 7_000_215 | 7_000_222 } {
  const match = passwords.find((password) => password.text === secretText);
  if (match === undefined || match.startAt > at) return { refused: 7_000_215 };
  return match.endAt <= at ? { refused: 7_000_222 } : 'accepted';
}
