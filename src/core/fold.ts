/**
 * The chain folded into memory, entry by entry. Total over the union: what an entry means for later
 * passes is decided here and in its `fold-…` parts, and nowhere else.
 */
import type { Entry, Observation } from './entry.ts';
import { requestTimeoutMs } from './limits.ts';
import { foldOrder, foldOrderEnd, forgetWaits } from './fold-order.ts';
import { foldDoubt, foldOutcome } from './fold-outcome.ts';
import { addCredential, connector, hold, promote, takeOpen } from './fold-pieces.ts';
import { foldProof } from './fold-proof.ts';
import { reportKey, type Memory } from './memory.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;

/**
 * Folds entries into a copy of `memory`.
 * @throws RangeError when an entry's number does not follow: the chain was read wrong.
 */
export function remember(memory: Memory, entries: readonly Entry[]): Memory {
  if (entries.length === 0) return memory;
  const next = structuredClone(memory);
  for (const entry of entries) {
    if (entry.seq !== next.seq + 1) {
      throw new RangeError(`Cannot fold entry ${entry.seq} after ${next.seq}`);
    }
    foldEntry(next, entry);
    next.seq = entry.seq;
    next.at = entry.at;
  }
  return next;
}

function foldEntry(memory: Memory, entry: Entry): void {
  switch (entry.kind) {
    case 'intent':
      foldIntent(memory, entry);
      return;
    case 'outcome':
      foldOutcome(memory, entry);
      return;
    case 'proof':
      foldProof(memory, entry);
      return;
    case 'recovery':
      foldRecovery(memory, entry);
      return;
    case 'observation':
      foldObservation(memory, entry.seen, entry.at);
      return;
    case 'order':
      foldOrder(memory, entry);
      return;
    case 'order-end':
      foldOrderEnd(memory, entry);
      return;
    case 'configuration':
      // Another build of the same wishes changes nothing that was put off.
      if (memory.configuration !== entry.configuration) forgetWaits(memory);
      memory.configuration = entry.configuration;
      if (entry.build !== undefined) memory.build = entry.build;
      if (entry.identity !== undefined) memory.identity = entry.identity;
      return;
  }
}

function foldIntent(memory: Memory, entry: Of<'intent'>): void {
  const { id, effect, at, deadlineAt, because } = { ...entry };
  memory.open.push({ id, effect, at, deadlineAt, because });
  if (effect.kind === 'create-registration') memory.createIntended = true;
  if (effect.kind === 'push-credential') {
    const credential = memory.credentials[effect.keyId];
    if (credential) credential.pushed = true;
    connector(memory, effect.connector);
  }
}

function foldRecovery(memory: Memory, entry: Of<'recovery'>): void {
  const intent = takeOpen(memory, entry.intent);
  if (entry.finding === 'in-doubt') {
    if (intent) foldDoubt(memory, intent, intent.deadlineAt + requestTimeoutMs);
    return;
  }
  const parked = memory.parked.find((one) => one.id === entry.intent);
  if (!parked) return;
  if (entry.finding === 'ambiguous') {
    parked.ambiguous = true;
    return;
  }
  memory.parked = memory.parked.filter((one) => one !== parked);
  if (entry.finding === 'done' && entry.keyId !== undefined) {
    const made = { id: parked.id, at: parked.at };
    addCredential(memory, made, entry.keyId, entry.hint ?? '', entry.endAt ?? parked.at);
  }
}

function foldObservation(memory: Memory, seen: Observation, at: number): void {
  switch (seen.what) {
    case 'registration-known':
      memory.registration = { objectId: seen.objectId, appId: seen.appId, created: seen.created };
      return;
    case 'connector-known':
      connector(memory, seen.connector).known = true;
      return;
    case 'secret-known':
      memory.secretKnown = true;
      return;
    case 'version-found':
      delete memory.waits['store'];
      hold(memory, seen.keyId, seen.held.secret, seen.held.version);
      if (seen.held.secret === 'current') promote(memory, seen.keyId, seen.held.version, at);
      return;
    case 'credential-gone': {
      const credential = memory.credentials[seen.keyId];
      if (credential) {
        credential.removedAt = at;
        credential.removedWhy = 'by-hand';
      }
      return;
    }
    case 'credential-back': {
      const credential = memory.credentials[seen.keyId];
      delete credential?.removedAt;
      delete credential?.removedWhy;
      delete credential?.disprovedAt;
      return;
    }
    case 'record-gone': {
      const remembered = connector(memory, seen.connector);
      delete remembered.records[seen.record];
      remembered.doubtful = remembered.doubtful.filter((push) => push.record !== seen.record);
      return;
    }
    case 'record-changed': {
      connector(memory, seen.connector).records[seen.record] = { updatedAt: seen.updatedAt };
      return;
    }
    case 'foreign-credential':
      memory.reported[reportKey(seen.what, seen.keyId)] = at;
      return;
    case 'foreign-version':
      memory.reported[reportKey(seen.what, seen.version)] = at;
      return;
    case 'foreign-permission':
    case 'foreign-redirect-uri':
      memory.reported[reportKey(seen.what, seen.subject)] = at;
      return;
  }
}
