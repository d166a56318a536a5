/** What the outcome of an intent means for memory. */
import type { Effect, Entry } from './entry.ts';
import { dayMs, lifetimeLadderDays, overrulesADay, pushDoubtMs } from './limits.ts';
import { addCredential, connector, hold, promote, takeOpen } from './fold-pieces.ts';
import { reportKey, type Memory, type OpenIntent } from './memory.ts';
import { stepOf } from './entry.ts';
import { reasons, type Reason } from './reason.ts';

type Outcome = Extract<Entry, { kind: 'outcome' }>;

/** What became of an intent: done, certainly not done, or not known. */
export function foldOutcome(memory: Memory, outcome: Outcome): void {
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
        sinceAt: outcome.at,
        attempts,
        reason: knownReason(outcome.reason),
      };
    }
    if (outcome.result === 'doubtful') foldDoubt(memory, intent, outcome.at);
    if (outcome.result === 'refused') foldRefusal(memory, intent, outcome);
  }
}

/** A word of a newer Keeper, or none, is the plainest of them: whoever waits, waits. */
function knownReason(reason: Reason | undefined): Reason {
  return reason !== undefined && Object.hasOwn(reasons, reason) ? reason : 'backing-off';
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
      if (intent.because === 'drift') {
        memory.overruledAt = [...memory.overruledAt, outcome.at].slice(-overrulesADay);
      }
      return;
    case 'push-credential':
      foldPush(memory, intent, effect, outcome);
      return;
    case 'remove-credential':
      foldRemoval(memory, effect, outcome);
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
      ...(intent.because === 'drift' ? { drift: true } : {}),
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
  { at, facts }: Outcome,
): void {
  const credential = memory.credentials[effect.keyId];
  if (credential) {
    credential.removedAt = at;
    credential.removedWhy = effect.why;
  }
  memory.reported[reportKey('removed', effect.keyId)] = at;
  // A replica that did not know it yet says the same as one where it is gone.
  const notFound = reportKey('not-found', effect.keyId);
  if (facts?.found === false) memory.reported[notFound] = at;
  else delete memory.reported[notFound];
  if (effect.why === 'abandoned') {
    memory.abandonments += 1;
    memory.abandonedAt = at;
  }
}

/** A write that may have been carried out all the same. */
export function foldDoubt(memory: Memory, intent: OpenIntent, at: number): void {
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
