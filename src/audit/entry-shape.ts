/**
 * Whether what a line holds is an entry that this Keeper can fold. Bytes read back are foreign: a
 * hash proves that nobody changed them by accident, not that they make sense.
 */
import type { Effect, EntryBody, Observation } from '../core/entry.ts';

type Kind = 'string' | 'instant' | 'object';

/** What each kind of entry must have; the fold reads these without asking. */
const members: Readonly<Record<EntryBody['kind'], Readonly<Record<string, Kind>>>> = {
  intent: { id: 'string', effect: 'object', deadlineAt: 'instant', because: 'string' },
  outcome: { intent: 'string', result: 'string' },
  proof: { keyId: 'string', held: 'object', result: 'string' },
  recovery: { intent: 'string', finding: 'string' },
  observation: { seen: 'object' },
  order: { orderId: 'string', by: 'string', orderedAt: 'instant', body: 'object' },
  'order-end': { orderId: 'string', result: 'string' },
  configuration: { configuration: 'string' },
};

const effects: Readonly<Record<Effect['kind'], readonly string[]>> = {
  'create-registration': ['uniqueName'],
  'update-registration': ['objectId', 'patch'],
  'create-service-principal': ['appId'],
  'add-credential': ['objectId'],
  'store-credential': ['keyId'],
  'promote-credential': ['keyId'],
  'push-credential': ['connector', 'keyId', 'appId'],
  'remove-credential': ['objectId', 'keyId', 'why'],
  'disable-version': ['keyId'],
};

const observations: Readonly<Record<Observation['what'], readonly string[]>> = {
  'registration-known': ['objectId', 'appId'],
  'connector-known': ['connector'],
  'secret-known': [],
  'foreign-credential': ['keyId'],
  'foreign-permission': ['subject'],
  'foreign-redirect-uri': ['subject'],
  'foreign-version': ['version'],
  'version-found': ['keyId'],
  'credential-gone': ['keyId'],
  'credential-back': ['keyId'],
  'record-gone': ['connector', 'record'],
  'record-changed': ['connector', 'record'],
};

/** True for the kinds of entries that this Keeper knows, with what the fold needs of each. */
export function isEntryShaped(value: Readonly<Record<string, unknown>>): boolean {
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(members, kind)) return false;
  if (!instantsAreNumbers(value) || !namesAreOwn(value) || !listsAreLists(value)) return false;
  const wanted = members[kind as EntryBody['kind']];
  if (!Object.entries(wanted).every(([name, type]) => isOf(value[name], type))) return false;
  if (kind === 'intent') return isKnown(value['effect'], 'kind', effects) && hasHeld(value);
  if (kind === 'observation') return isKnown(value['seen'], 'what', observations) && hasHeld(value);
  return true;
}

function isOf(value: unknown, kind: Kind): boolean {
  if (kind === 'object') return isRecord(value);
  return typeof value === (kind === 'instant' ? 'number' : 'string');
}

function isKnown(
  value: unknown,
  discriminant: string,
  known: Readonly<Record<string, readonly string[]>>,
): boolean {
  if (!isRecord(value)) return false;
  const name = value[discriminant];
  if (typeof name !== 'string' || !Object.hasOwn(known, name)) return false;
  return (known[name] ?? []).every((member) => typeof value[member] === 'string');
}

/** The two that name a version of the vault. */
function hasHeld(value: Readonly<Record<string, unknown>>): boolean {
  const inner = value['effect'] ?? value['seen'];
  if (!isRecord(inner)) return false;
  const needed = inner['kind'] === 'disable-version' || inner['what'] === 'version-found';
  return !needed || isRecord(inner['held']);
}

/** Members whose texts are for people; all other texts may become names in memory. */
const texts: ReadonlySet<string> = new Set([
  'reason',
  'by',
  'worker',
  'because',
  'result',
  'subject',
  'configuration',
  'build',
  'identity',
]);

/** No text is the name of something that every object has: it would be found there uninvited. */
function namesAreOwn(value: unknown, name = ''): boolean {
  if (typeof value === 'string') return texts.has(name) || !(value in {});
  if (Array.isArray(value)) return value.every((one) => namesAreOwn(one));
  if (!isRecord(value)) return true;
  return Object.entries(value).every(([key, member]) => namesAreOwn(member, key));
}

/** The two lists that the fold walks through. */
function listsAreLists(value: Readonly<Record<string, unknown>>): boolean {
  const { keyIds, facts } = value;
  if (keyIds !== undefined && !isListOf(keyIds, (one) => typeof one === 'string')) return false;
  if (facts === undefined) return true;
  if (!isRecord(facts)) return false;
  const { records } = facts;
  return (
    records === undefined ||
    isListOf(records, (one) => isRecord(one) && typeof one['id'] === 'string')
  );
}

function isListOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** Every `at` and `…At`, however deep, was an instant that could be read. */
function instantsAreNumbers(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(instantsAreNumbers);
  if (!isRecord(value)) return true;
  return Object.entries(value).every(([name, member]) => {
    const isInstant = name === 'at' || name.endsWith('At');
    return isInstant ? Number.isFinite(member) : instantsAreNumbers(member);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
