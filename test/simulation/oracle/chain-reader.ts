/**
 * Role: reads the chains as a stranger would, from the format's description alone: lines of JSON,
 * each with the hash of the line before and its own. It shares no code with the product.
 */
import { createHash } from 'node:crypto';
import { LawBroken } from './verdict.ts';

/** An intent as it stands in the chain. Instants are epoch milliseconds. */
export interface Intent {
  readonly id: string;
  readonly kind: string;
  readonly keyId?: string;
  readonly connector?: string;
  readonly record?: string;
  readonly why?: string;
  readonly because: string;
  readonly at: number;
  readonly deadlineAt: number;
  isOpen: boolean;
}

type Wire = Readonly<Record<string, unknown>>;

/** What the oracle knows of one chain. */
export interface ReadChain {
  readonly lines: string[];
  readonly intents: Map<string, Intent>;
  /** Key ids that a proof was written for, and no refusal after it; with when. */
  readonly proved: Map<string, number>;
  /** Key ids that the chain claims as Keeper's: outcomes, recoveries, take-overs. */
  readonly claimed: Set<string>;
  /** Key ids of what a person stored and a proof took over. */
  readonly takenOver: Set<string>;
  /** Key ids that an order named, with when a leaked one must be gone. */
  readonly ordered: Map<string, number | undefined>;
  /** Those that were told leaked, with when they must be gone. */
  readonly leaked: Map<string, number>;
  /** Orders for a rotation or of a leak that are not at their end. */
  readonly openOrders: Set<string>;
  /** All orders that ask for work and have no answer, by id, with what they want and from when on. */
  readonly unanswered: Map<string, UnansweredOrder>;
  /** A policy has refused a lifetime, and nothing was issued since. */
  isCapped: boolean;
  /** Until when a person wants nothing to be changed. */
  frozenUntilAt: number | undefined;
  seq: number;
  hash: string;
}

/** An order for a rotation, a removal, or of a leak. */
export interface UnansweredOrder {
  readonly kind: string;
  /** The credential that is to be retired. */
  readonly keyId?: string;
  /** From when on it can be carried out, epoch milliseconds. */
  readonly from: number;
}

/** A credential that a line calls Keeper's, and the intent that is said to have made it. */
export interface Claim {
  readonly keyId: string;
  readonly intent: string;
}

export interface ChainReader {
  chain(key: string): ReadChain;
  /** A line was appended. Throws LawBroken when it does not continue the chain. */
  appended(key: string, line: string, at: number): Claim | undefined;
}

/** Reads chains as they grow. */
export function chainReader(): ChainReader {
  const chains = new Map<string, ReadChain>();

  function chain(key: string): ReadChain {
    const known = chains.get(key);
    if (known) return known;
    const fresh: ReadChain = {
      lines: [],
      intents: new Map(),
      proved: new Map(),
      claimed: new Set(),
      takenOver: new Set(),
      ordered: new Map(),
      leaked: new Map(),
      openOrders: new Set(),
      unanswered: new Map(),
      isCapped: false,
      frozenUntilAt: undefined,
      seq: 0,
      hash: '0'.repeat(64),
    };
    chains.set(key, fresh);
    return fresh;
  }

  function appended(key: string, text: string, at: number): Claim | undefined {
    const read = chain(key);
    const broken = (detail: string): LawBroken => new LawBroken({ law: 'chain', at, key, detail });
    if (!text.endsWith('\n') || text.indexOf('\n') !== text.length - 1)
      throw broken('not one line');
    const line = text.slice(0, -1);
    const entry = JSON.parse(line) as Wire;
    const { hash, ...unsigned } = entry;
    if (canonical(entry) !== line) throw broken(`line ${read.seq + 1} is not canonical`);
    if (entry['seq'] !== read.seq + 1) throw broken(`line ${read.seq + 1} has another number`);
    if (entry['prev'] !== read.hash) throw broken(`line ${read.seq + 1} follows another`);
    const own = createHash('sha256').update(canonical(unsigned)).digest('hex');
    if (own !== hash) throw broken(`line ${read.seq + 1} has another hash`);
    read.lines.push(line);
    read.seq += 1;
    read.hash = own;
    return take(read, entry, broken);
  }

  return { chain, appended };
}

function take(
  read: ReadChain,
  entry: Wire,
  broken: (detail: string) => LawBroken,
): Claim | undefined {
  switch (entry['kind']) {
    case 'intent': {
      const effect = entry['effect'] as Wire;
      const id = String(entry['id']);
      if (read.intents.has(id)) throw broken(`intent ${id} is there twice`);
      read.intents.set(id, intentOf(id, entry, effect));
      return undefined;
    }
    case 'outcome':
    case 'recovery': {
      const intent = read.intents.get(String(entry['intent']));
      if (!intent) throw broken(`${entry['kind']} without an intent`);
      if (entry['kind'] === 'outcome' && !intent.isOpen) throw broken('a second outcome');
      intent.isOpen = false;
      const fault = (entry['fault'] ?? {}) as Wire;
      if (fault['rule'] === 'lifetime-too-long') read.isCapped = true;
      const facts = (entry['facts'] ?? entry) as Wire;
      if (intent.kind !== 'add-credential' || typeof facts['keyId'] !== 'string') return undefined;
      read.isCapped = false;
      read.claimed.add(facts['keyId']);
      return { keyId: facts['keyId'], intent: intent.id };
    }
    case 'proof': {
      const keyId = String(entry['keyId']);
      const at = Date.parse(String(entry['at']));
      if (entry['result'] === 'proved') {
        read.proved.set(keyId, at);
      }
      if (entry['result'] === 'refused') read.proved.delete(keyId);
      if (entry['takeOver'] !== undefined && entry['result'] === 'proved') {
        read.takenOver.add(keyId);
        read.claimed.add(keyId);
      }
      return undefined;
    }
    case 'order':
      takeOrder(read, entry);
      return undefined;
    case 'order-end':
      endOrder(read, entry);
      return undefined;
    default:
      return undefined;
  }
}

function takeOrder(read: ReadChain, entry: Wire): void {
  const body = entry['body'] as Wire;
  const keyIds = [...((entry['keyIds'] as string[] | undefined) ?? []), body['keyId']];
  const removeAt = typeof body['removeAt'] === 'string' ? Date.parse(body['removeAt']) : undefined;
  for (const keyId of keyIds) {
    // The earliest time counts; an order to retire what was told leaked takes nothing back.
    const times = [removeAt, typeof keyId === 'string' ? read.ordered.get(keyId) : undefined];
    const known = times.filter((one) => one !== undefined);
    if (typeof keyId === 'string')
      read.ordered.set(keyId, known.length === 0 ? undefined : Math.min(...known));
    if (typeof keyId === 'string' && removeAt !== undefined) {
      read.leaked.set(keyId, Math.min(removeAt, read.leaked.get(keyId) ?? removeAt));
    }
  }
  const kind = String(body['kind']);
  if (kind === 'freeze') read.frozenUntilAt = Date.parse(String(body['untilAt']));
  if (kind === 'thaw') read.frozenUntilAt = undefined;
  const id = String(entry['orderId']);
  if (kind === 'rotate' || kind === 'compromised') read.openOrders.add(id);
  if (!['rotate', 'compromised', 'retire'].includes(kind)) return;
  const from = removeAt ?? Date.parse(String(entry['at']));
  const retired = typeof body['keyId'] === 'string' ? { keyId: body['keyId'] } : {};
  read.unanswered.set(id, { kind, from, ...retired });
}

/** What was refused to be retired is nobody's to remove. */
function endOrder(read: ReadChain, entry: Wire): void {
  const id = String(entry['orderId']);
  const { keyId } = read.unanswered.get(id) ?? {};
  if (entry['result'] === 'refused' && keyId !== undefined && !read.leaked.has(keyId)) {
    read.ordered.delete(keyId);
  }
  read.openOrders.delete(id);
  read.unanswered.delete(id);
}

function intentOf(id: string, entry: Wire, effect: Wire): Intent {
  const text = (name: string): object =>
    typeof effect[name] === 'string' ? { [name]: effect[name] } : {};
  return {
    id,
    kind: String(effect['kind']),
    because: String(entry['because']),
    at: Date.parse(String(entry['at'])),
    deadlineAt: Date.parse(String(entry['deadlineAt'])),
    isOpen: true,
    ...text('keyId'),
    ...text('connector'),
    ...text('record'),
    ...text('why'),
  };
}

/** JSON with sorted members and no blanks, as RFC 8785 wants it for what Keeper writes. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
