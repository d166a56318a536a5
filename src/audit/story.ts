/** What an entry says, as a person would tell it. Every text in it comes from the closed union of entries. */
import type { Cause, Effect, Entry, EntryBody, Observation, WokenBy } from '../core/entry.ts';
import type { OrderBody } from '../core/order.ts';
import { harmless } from './plain-text.ts';

type Of<Kind extends EntryBody['kind']> = Extract<Entry, { kind: Kind }>;

/** Remembers what intents announced, so that outcomes can be told in words. */
export interface Teller {
  /** One sentence; nothing in it can harm whoever reads it. */
  tell(entry: Entry): string;
}

/** A teller that begins where the chain begins. */
export function teller(): Teller {
  const effects = new Map<string, Effect>();
  function told(entry: Entry): string {
    switch (entry.kind) {
      case 'intent':
        effects.set(entry.id, entry.effect);
        return `is about to ${deed(entry.effect)} (${why[entry.because] ?? entry.because}${wokenBy[entry.wokenBy ?? 'due'] ?? ''})`;
      case 'outcome':
        return outcome(entry, effects.get(entry.intent));
      case 'recovery':
        return recovery(entry, effects.get(entry.intent));
      case 'proof':
        return proof(entry);
      case 'observation':
        return observation(entry.seen);
      case 'order':
        return `${entry.by} orders: ${order(entry.body)}`;
      case 'order-end':
        return entry.result === 'done'
          ? 'that order is carried out'
          : `that order is refused${entry.reason === undefined ? '' : ` (${entry.reason})`}`;
      case 'configuration':
        return `works by the wishes ${short(entry.configuration)}${entry.build === undefined ? '' : `, as build ${entry.build}`}${entry.identity === undefined ? '' : `, with the rights of ${entry.identity}`}`;
    }
  }

  return { tell: (entry) => harmless(told(entry)) };
}

/** A timer is nothing to tell. */
const wokenBy: Readonly<Record<WokenBy, string>> = {
  due: '',
  new: '',
  changed: '; something had changed',
  event: '; the vault sent an event',
  order: '; a person had ordered something',
};

/** Why an effect is wanted, in words that go on a sentence. */
export const why: Readonly<Record<Cause, string>> = {
  missing: 'it is missing',
  drift: 'it is not as the file says',
  due: 'renewal is due',
  first: 'there is none yet',
  dead: 'what is there does not work',
  ordered: 'a person ordered it',
  compromised: 'it was told leaked',
  'slot-needed': 'its slot is needed',
  cleanup: 'nobody uses it any more',
  doubt: 'the last try got no clear answer',
  rotation: 'the rotation goes on',
};

function deed(effect: Effect): string {
  switch (effect.kind) {
    case 'create-registration':
      return `create the registration ${effect.uniqueName}`;
    case 'update-registration':
      return `change the registration: ${effect.changes.join(', ')}`;
    case 'create-service-principal':
      return `create the service principal of ${effect.appId}`;
    case 'add-credential':
      return `add a credential that ends ${day(effect.endAt)}`;
    case 'store-credential':
      return `store credential ${short(effect.keyId)} in the vault`;
    case 'promote-credential':
      return `make credential ${short(effect.keyId)} the current one in the vault`;
    case 'push-credential':
      return `${effect.creates ? 'create' : 'give'} ${effect.creates ? 'the connector' : 'connector'} ${effect.connector}${effect.record === undefined ? '' : ` (record ${short(effect.record)})`} ${effect.creates ? 'with ' : ''}credential ${short(effect.keyId)}`;
    case 'remove-credential':
      return `remove credential ${short(effect.keyId)} (${effect.why})`;
    case 'disable-version':
      return `disable a version of the vault that holds credential ${short(effect.keyId)}`;
  }
}

function outcome(entry: Of<'outcome'>, effect: Effect | undefined): string {
  const what = effect === undefined ? 'an intent that is not in this chain' : deed(effect);
  const { facts, fault } = entry;
  const learned = [
    facts?.keyId === undefined ? '' : `credential ${short(facts.keyId)}`,
    facts?.grants === undefined
      ? ''
      : `${facts.grants.total} grants, ${facts.grants.invalid} invalid`,
    fault === undefined
      ? ''
      : `${fault.vendor}: ${fault.kind}${'code' in fault && fault.code !== undefined ? ` ${fault.code}` : ''}`,
    entry.retryAt === undefined ? '' : `again from ${instant(entry.retryAt)}`,
    entry.result === 'done' ? '' : request(entry),
  ].filter((one) => one !== '');
  return `${results[entry.result]}: ${what}${learned.length === 0 ? '' : ` (${learned.join('; ')})`}`;
}

const results: Readonly<Record<Of<'outcome'>['result'], string>> = {
  done: 'done',
  refused: 'refused',
  doubtful: 'no clear answer',
  unsent: 'not sent in time',
};

function recovery(entry: Of<'recovery'>, effect: Effect | undefined): string {
  const what = effect === undefined ? 'an intent' : deed(effect);
  const found: Readonly<Record<Of<'recovery'>['finding'], string>> = {
    'in-doubt': 'was cut off, and may have been done',
    'not-done': 'turns out not to have been done',
    done: 'turns out to have been done',
    ambiguous: 'cannot be told from what others did',
  };
  return `the step to ${what} ${found[entry.finding]}`;
}

/** What its vendor can find it by; only told where there may be something to ask. */
function request({ requestId, fault }: Of<'outcome'> | Of<'proof'>): string {
  const id = requestId ?? fault?.requestId;
  return id === undefined ? '' : `request ${id}`;
}

function proof(entry: Of<'proof'>): string {
  const asked = entry.result === 'proved' || entry.result === 'disproved' ? '' : request(entry);
  return `${proofResult(entry)}${asked === '' ? '' : ` (${asked})`}`;
}

function proofResult(entry: Of<'proof'>): string {
  const key = short(entry.keyId);
  const code = entry.code === undefined ? '' : ` (AADSTS${entry.code})`;
  switch (entry.result) {
    case 'proved':
      return entry.takeOver
        ? `credential ${key} works and is taken over`
        : `credential ${key} works`;
    case 'refused':
      return `Entra refuses credential ${key}${code}`;
    case 'unclear':
      return `Entra says neither yes nor no to credential ${key}`;
    case 'disproved':
      return `the removed credential ${key} is refused, as it should be${code}`;
    case 'still-accepted':
      return `the removed credential ${key} still works`;
  }
}

function observation(seen: Observation): string {
  switch (seen.what) {
    case 'registration-known':
      return `the registration is ${seen.appId}${seen.created ? ', created by Keeper' : ', adopted'}`;
    case 'connector-known':
      return `connector ${seen.connector} is there`;
    case 'secret-known':
      return 'the vault has its secret';
    case 'foreign-credential':
      return `somebody else's credential ${short(seen.keyId)} is there, until ${day(seen.endAt)}`;
    case 'foreign-permission':
      return `a permission that the file does not name: ${JSON.stringify(seen.subject)}`;
    case 'foreign-redirect-uri':
      return `a redirect URI that the file does not name: ${JSON.stringify(seen.subject)}`;
    case 'foreign-version':
      return `somebody put version ${short(seen.version)} into the vault`;
    case 'version-found':
      return `credential ${short(seen.keyId)} is found in the vault (${seen.held.secret})`;
    case 'credential-gone':
      return `credential ${short(seen.keyId)} was removed by somebody else`;
    case 'credential-back':
      return `credential ${short(seen.keyId)} is there after all`;
    case 'record-gone':
      return `record ${short(seen.record)} of connector ${seen.connector} is gone`;
    case 'record-changed':
      return `what record ${short(seen.record)} of connector ${seen.connector} holds is not known`;
  }
}

function order(body: OrderBody): string {
  switch (body.kind) {
    case 'resync':
      return body.mode === 'plan' ? 'show what would be done' : 'look again';
    case 'rotate':
      return `a new credential, because ${JSON.stringify(body.reason)}`;
    case 'compromised':
      return `what leaked must be gone by ${instant(body.removeAt)}, and grants may end`;
    case 'retire':
      return `retire credential ${short(body.keyId)}`;
    case 'freeze':
      return `change nothing until ${instant(body.untilAt)}`;
    case 'thaw':
      return 'go on';
  }
}

function short(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function day(ms: number): string {
  return instant(ms).slice(0, 10);
}
