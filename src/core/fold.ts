/**
 * The chain folded into memory, entry by entry. Total over the union: what an entry means for later
 * passes is decided here and nowhere else.
 */
import { stepOf, type Effect, type Entry, type Observation } from './entry.ts';
import {
  dayMs,
  disproofMs,
  lifetimeLadderDays,
  orderEndsKept,
  pushDoubtMs,
  requestTimeoutMs,
} from './limits.ts';
import {
  reportKey,
  type ConnectorMemory,
  type CredentialMemory,
  type Memory,
  type OpenIntent,
} from './memory.ts';
import type { OrderBody } from './order.ts';
import type { Reason } from './reason.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;
type Outcome = Of<'outcome'>;

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
      memory.configuration = entry.configuration;
      forgetWaits(memory);
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

function foldOutcome(memory: Memory, outcome: Outcome): void {
  const intent = takeOpen(memory, outcome.intent);
  if (!intent) return;
  const step = stepOf(intent.effect);
  if (outcome.result === 'done') {
    delete memory.waits[step];
    foldDone(memory, intent, outcome);
  } else {
    if (outcome.retryAt !== undefined) {
      const attempts = (memory.waits[step]?.attempts ?? 0) + 1;
      memory.waits[step] = {
        untilAt: outcome.retryAt,
        attempts,
        reason: outcome.reason ?? 'backing-off',
      };
    }
    if (outcome.result === 'doubtful') foldDoubt(memory, intent, outcome.at);
    if (outcome.result === 'refused') foldRefusal(memory, intent, outcome);
  }
}

function foldDone(memory: Memory, intent: OpenIntent, outcome: Outcome): void {
  const { effect } = intent;
  const facts = outcome.facts ?? {};
  switch (effect.kind) {
    case 'create-registration':
      memory.registrationWriteAt = outcome.at;
      if (facts.objectId !== undefined && facts.appId !== undefined) {
        memory.registration = { objectId: facts.objectId, appId: facts.appId, created: true };
      }
      return;
    case 'update-registration':
      memory.registrationWriteAt = outcome.at;
      memory.lastPatch = { patch: effect.patch, at: outcome.at };
      return;
    case 'create-service-principal':
      memory.servicePrincipalAt = outcome.at;
      return;
    case 'add-credential':
      if (facts.keyId !== undefined) {
        addCredential(memory, intent, facts.keyId, facts.hint ?? '', facts.endAt ?? effect.endAt);
      }
      return;
    case 'store-credential':
      hold(memory, effect.keyId, 'pending', facts.version);
      return;
    case 'promote-credential':
      promote(memory, effect.keyId, facts.version, outcome.at);
      return;
    case 'push-credential':
      foldPush(memory, intent, effect, outcome);
      return;
    case 'remove-credential':
      foldRemoval(memory, effect, outcome.at);
      return;
    case 'disable-version': {
      const credential = memory.credentials[effect.keyId];
      if (credential) {
        credential.held = credential.held.filter((one) => one.version !== effect.held.version);
      }
      return;
    }
  }
}

function foldPush(
  memory: Memory,
  intent: OpenIntent,
  effect: Extract<Effect, { kind: 'push-credential' }>,
  outcome: Outcome,
): void {
  const remembered = connector(memory, effect.connector);
  const facts = outcome.facts ?? {};
  if (effect.record === undefined) {
    remembered.clean = {
      keyId: effect.keyId,
      appId: effect.appId,
      intentAt: intent.at,
      doneAt: outcome.at,
    };
    if (facts.grants) remembered.grants = { ...facts.grants };
    if (facts.activeRecordId !== undefined) remembered.activeRecordId = facts.activeRecordId;
    for (const record of facts.records ?? []) {
      const before = remembered.records[record.id]?.keyId;
      const keyId = record.reached ? effect.keyId : before;
      remembered.records[record.id] = {
        updatedAt: record.updatedAt,
        ...(keyId === undefined ? {} : { keyId }),
      };
    }
  } else {
    const updatedAt = facts.records?.find((one) => one.id === effect.record)?.updatedAt;
    remembered.records[effect.record] = {
      keyId: effect.keyId,
      updatedAt: updatedAt ?? remembered.records[effect.record]?.updatedAt ?? 0,
    };
  }
  remembered.doubtful = remembered.doubtful.filter(
    (push) => push.record !== effect.record || intent.at < push.at + pushDoubtMs,
  );
}

function foldRemoval(
  memory: Memory,
  effect: Extract<Effect, { kind: 'remove-credential' }>,
  at: number,
): void {
  const credential = memory.credentials[effect.keyId];
  if (credential) {
    credential.removedAt = at;
    credential.removedWhy = effect.why;
  }
  memory.reported[reportKey('removed', effect.keyId)] = at;
  if (effect.why === 'abandoned') {
    memory.abandonments += 1;
    memory.abandonedAt = at;
  }
}

function foldDoubt(memory: Memory, intent: OpenIntent, at: number): void {
  const { effect } = intent;
  switch (effect.kind) {
    case 'create-registration':
    case 'update-registration':
      memory.registrationWriteAt = at;
      return;
    case 'add-credential':
      memory.parked.push({ id: intent.id, at: intent.at, doubtAt: at, ambiguous: false });
      return;
    case 'store-credential': {
      const credential = memory.credentials[effect.keyId];
      if (credential) credential.storeDoubtAt = at;
      return;
    }
    case 'promote-credential':
      memory.promoteDoubt = { keyId: effect.keyId, intent: intent.id, at };
      return;
    case 'push-credential':
      connector(memory, effect.connector).doubtful.push({
        keyId: effect.keyId,
        at,
        ...(effect.record === undefined ? {} : { record: effect.record }),
      });
      return;
    case 'create-service-principal':
    case 'remove-credential':
    case 'disable-version':
      return;
  }
}

function foldRefusal(memory: Memory, intent: OpenIntent, outcome: Outcome): void {
  const { fault, facts } = outcome;
  if (intent.effect.kind !== 'add-credential' || fault?.kind !== 'policy') return;
  if (fault.rule !== 'lifetime-too-long') return;
  const askedDays = Math.round((intent.effect.endAt - intent.at) / dayMs);
  const told = facts?.lifetimeCapDays;
  // What was just refused is not asked for again, whatever the policy says.
  const days =
    told !== undefined && told < askedDays
      ? told
      : lifetimeLadderDays.find((one) => one < askedDays);
  if (days !== undefined) memory.lifetimeCap = { days, at: outcome.at };
}

function foldProof(memory: Memory, entry: Of<'proof'>): void {
  if (entry.takeOver) takeOver(memory, entry, entry.takeOver);
  const credential = memory.credentials[entry.keyId];
  const step = `prove:${entry.keyId}`;
  if (credential) foldTrial(memory, credential, entry);
  if (entry.retryAt !== undefined) {
    memory.waits[step] = {
      untilAt: entry.retryAt,
      attempts: (memory.waits[step]?.attempts ?? 0) + 1,
      reason: reasonOfTrial(entry, credential),
    };
  } else {
    delete memory.waits[step];
  }
}

function foldTrial(memory: Memory, credential: CredentialMemory, entry: Of<'proof'>): void {
  switch (entry.result) {
    case 'proved':
      credential.provedAt = entry.at;
      credential.refusals = 0;
      delete credential.refusedAt;
      memory.abandonments = 0;
      return;
    case 'refused':
      credential.refusedAt = entry.at;
      credential.refusals += 1;
      return;
    case 'disproved':
      credential.disprovedAt = entry.at;
      return;
    case 'unclear':
    case 'still-accepted':
      return;
  }
}

function reasonOfTrial(entry: Of<'proof'>, credential: CredentialMemory | undefined): Reason {
  if (entry.result === 'unclear' && entry.fault) return 'unreachable';
  if (entry.result !== 'still-accepted') return 'not-accepted-yet';
  const removedAt = credential?.removedAt ?? entry.at;
  return entry.at > removedAt + disproofMs ? 'removed-secret-works' : 'backing-off';
}

function takeOver(
  memory: Memory,
  entry: Of<'proof'>,
  told: { readonly hint: string; readonly endAt: number },
): void {
  if (entry.result !== 'proved') return;
  memory.credentials[entry.keyId] ??= {
    keyId: entry.keyId,
    hint: told.hint,
    endAt: told.endAt,
    addedAt: entry.at,
    origin: 'taken-over',
    held: [],
    refusals: 0,
    pushed: false,
  };
  hold(memory, entry.keyId, entry.held.secret, entry.held.version);
  if (entry.held.secret === 'current') {
    promote(memory, entry.keyId, entry.held.version, entry.at);
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
      const record = connector(memory, seen.connector).records[seen.record];
      if (record) {
        record.updatedAt = seen.updatedAt;
        delete record.keyId;
      }
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
    case 'drift':
      memory.reported[reportKey(seen.what, seen.subject)] = at;
      return;
  }
}

function foldOrder(memory: Memory, entry: Of<'order'>): void {
  if (entry.body.kind === 'freeze') memory.freezeUntilAt = entry.body.untilAt;
  if (entry.body.kind === 'thaw') delete memory.freezeUntilAt;
  const keyIds = [...(entry.keyIds ?? [])];
  if (isCallToAct(entry.body)) {
    forgetWaits(memory);
    memory.abandonments = 0;
  }
  if (entry.body.kind === 'compromised') {
    for (const keyId of keyIds) {
      const credential = memory.credentials[keyId];
      if (credential) credential.compromisedBy = entry.orderId;
    }
  }
  memory.reported[reportKey('order', entry.orderId)] = entry.at;
  memory.orders.push({ id: entry.orderId, by: entry.by, at: entry.at, body: entry.body, keyIds });
}

/** A person has seen to it, or wants it now: what was put off is due. */
function isCallToAct(body: OrderBody): boolean {
  if (body.kind === 'resync') return body.mode === 'apply';
  return body.kind === 'rotate' || body.kind === 'compromised';
}

/** Back-off ends, but for proofs: these wait for Microsoft's servers, which no person hurries. */
function forgetWaits(memory: Memory): void {
  for (const step of Object.keys(memory.waits)) {
    if (!step.startsWith('prove:')) delete memory.waits[step];
  }
}

function foldOrderEnd(memory: Memory, entry: Of<'order-end'>): void {
  const { orderId, result } = entry;
  const order = memory.orders.find((one) => one.id === orderId);
  memory.orders = memory.orders.filter((one) => one !== order);
  const removed = order?.keyIds.flatMap((keyId) => {
    const at = memory.credentials[keyId]?.removedAt ?? memory.reported[reportKey('removed', keyId)];
    return at === undefined ? [] : [{ keyId, validForMs: Math.max(0, at - order.at) }];
  });
  memory.orderEnds[orderId] = { result, ...(removed?.length ? { removed } : {}) };
  for (const id of Object.keys(memory.orderEnds).slice(0, -orderEndsKept)) {
    delete memory.orderEnds[id];
  }
}

function takeOpen(memory: Memory, id: string): OpenIntent | undefined {
  const intent = memory.open.find((one) => one.id === id);
  if (intent) memory.open = memory.open.filter((one) => one !== intent);
  return intent;
}

function connector(memory: Memory, id: string): ConnectorMemory {
  return (memory.connectors[id] ??= { doubtful: [], records: {} });
}

function addCredential(
  memory: Memory,
  made: { readonly id: string; readonly at: number },
  keyId: string,
  hint: string,
  endAt: number,
): void {
  memory.credentials[keyId] = {
    keyId,
    hint,
    endAt,
    addedAt: made.at,
    origin: 'issued',
    intent: made.id,
    held: [],
    refusals: 0,
    pushed: false,
  } satisfies CredentialMemory;
}

function hold(
  memory: Memory,
  keyId: string,
  secret: 'current' | 'pending',
  version: string | undefined,
): void {
  const credential = memory.credentials[keyId];
  if (!credential || version === undefined) return;
  delete credential.storeDoubtAt;
  if (!credential.held.some((one) => one.version === version && one.secret === secret)) {
    credential.held.push({ secret, version });
  }
}

function promote(memory: Memory, keyId: string, version: string | undefined, at: number): void {
  if (version === undefined) return;
  hold(memory, keyId, 'current', version);
  const credential = memory.credentials[keyId];
  if (credential) credential.promotedAt ??= at;
  memory.promoted = { keyId, version, at };
  memory.secretKnown = true;
  delete memory.promoteDoubt;
}
