/** Issue, prove, promote, disprove, disable: the steps that touch a credential's text. */
import type { Action } from '../core/action.ts';
import { displayNameOf } from '../core/checks/interrupted.ts';
import { pendingOf, type SecretRef } from '../core/desired.ts';
import type { Held } from '../core/entry.ts';
import { leavesDoubt, type Fault } from '../core/fault.ts';
import { dayMs, maxPuts, minuteMs, proofAttempts, proofPauseMs, secondMs } from '../core/limits.ts';
import { backoffMs } from '../core/schedule.ts';
import type { Secret } from '../core/secret.ts';
import { append, block, write, type Session } from './session.ts';
import type { Trial } from './world.ts';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** Where a version lives. */
function refOf(session: Session, held: Held): SecretRef {
  const { secret } = session.desired;
  return held.secret === 'current' ? secret : pendingOf(secret);
}

/**
 * The text of a version, if it fits the credential's hint. `undefined`: the step is held back for
 * this pass, and the reason stands.
 */
export async function readText(
  session: Session,
  step: string,
  action: { readonly held: Held; readonly hint: string },
): Promise<Secret | undefined> {
  const ref = refOf(session, action.held);
  const read = await session.world.vault.readValue(ref, action.held.version);
  const now = session.world.clock.now();
  if (!read.ok) {
    block(session, step, 'unreachable', now + 5 * minuteMs);
    return undefined;
  }
  if (read.value?.hint === action.hint) return read.value;
  session.world.log.error('vault version does not hold the credential it should', {
    registration: session.desired.key,
    version: action.held.version,
  });
  block(session, step, 'secret-lost', now + 60 * minuteMs);
  return undefined;
}

/** Adds a credential and stores its text, which Entra shows only now. */
export async function applyIssue(session: Session, action: Of<'issue'>): Promise<void> {
  const { directory } = session.world;
  const { objectId, endAt, because } = action;
  const added = await write(session, {
    effect: { kind: 'add-credential', objectId, endAt },
    because,
    send: (intentId) =>
      directory.addCredential(objectId, { displayName: displayNameOf(intentId), endAt }),
    facts: (issued) => ({ keyId: issued.keyId, hint: issued.hint, endAt: issued.endAt }),
    factsOfFault: (fault) => lifetimeCap(session, objectId, fault),
  });
  if (added.kind !== 'done') return;
  const { keyId, secret } = added.value;
  await store(session, {
    keyId,
    secret,
    endAt: added.value.endAt,
    appId: action.appId,
    intentId: added.intentId,
  });
}

/** After a refusal for the lifetime: what the policy allows, less a day, if it may be read. */
async function lifetimeCap(
  session: Session,
  objectId: string,
  fault: Fault,
): Promise<{ lifetimeCapDays: number } | undefined> {
  if (fault.kind !== 'policy' || fault.rule !== 'lifetime-too-long') return undefined;
  const policy = await session.world.directory.readSecretPolicy(objectId);
  if (!policy.ok || policy.value.maxLifetimeMs === undefined) return undefined;
  const days = Math.floor(policy.value.maxLifetimeMs / dayMs) - 1;
  return days >= 1 ? { lifetimeCapDays: days } : undefined;
}

interface Fresh {
  readonly keyId: string;
  readonly secret: Secret;
  readonly endAt: number;
  readonly appId: string;
  /** The intent of the add: the tag by which the version is found again. */
  readonly intentId: string;
}

/**
 * Puts the text into `<name>-pending`. While it is in memory a put that came to nothing, or to an
 * unknown end, may be repeated after a look for its tag, three puts in all (law 5).
 */
async function store(session: Session, fresh: Fresh): Promise<void> {
  const { vault, clock } = session.world;
  const ref = pendingOf(session.desired.secret);
  const tags = tagsOf(session, fresh, fresh.intentId);
  let doubtful = false;
  for (let put = 1; put <= maxPuts; put += 1) {
    const written = await write(session, {
      effect: { kind: 'store-credential', keyId: fresh.keyId },
      because: put === 1 ? 'rotation' : 'doubt',
      send: () => vault.putValue(ref, fresh.secret, { tags, expiresAt: fresh.endAt }),
      facts: (done) => ({ version: done.version.version }),
    });
    if (written.kind === 'stopped') return;
    if (written.kind === 'done') {
      if (doubtful) await disableSurplus(session, fresh, written.value.version.version);
      return;
    }
    doubtful ||= leavesDoubt(written.fault);
    if (written.fault.kind === 'denied' || written.fault.kind === 'rejected') return;
    await clock.sleep(2 * secondMs * put);
    if (await noteIfStored(session, fresh)) return;
  }
}

/** Is the version there after all? Then the chain is told. */
async function noteIfStored(session: Session, fresh: Fresh): Promise<boolean> {
  const read = await session.world.vault.readSecret(pendingOf(session.desired.secret));
  const found = read.ok
    ? read.value?.versions.find((one) => one.tags['intent'] === fresh.intentId)
    : undefined;
  if (!found) return false;
  const held: Held = { secret: 'pending', version: found.version };
  await append(session, {
    kind: 'observation',
    seen: { what: 'version-found', keyId: fresh.keyId, held },
  });
  return true;
}

async function disableSurplus(session: Session, fresh: Fresh, kept: string): Promise<void> {
  const read = await session.world.vault.readSecret(pendingOf(session.desired.secret));
  if (!read.ok) return;
  const surplus = (read.value?.versions ?? []).filter(
    (one) => one.enabled && one.version !== kept && one.tags['intent'] === fresh.intentId,
  );
  for (const one of surplus) {
    await applyDisableVersion(session, fresh.keyId, { secret: 'pending', version: one.version });
  }
}

function tagsOf(
  session: Session,
  credential: { readonly keyId: string; readonly appId: string },
  intentId: string,
): Readonly<Record<string, string>> {
  return {
    registration: session.desired.key,
    appId: credential.appId,
    keyId: credential.keyId,
    intent: intentId,
  };
}

/** Token requests with the new secret: five successes in a row, spread out, prove it. */
export async function applyProve(session: Session, action: Of<'prove'>): Promise<void> {
  const step = `prove:${action.keyId}`;
  const secret = await readText(session, step, action);
  if (!secret) return;
  const { keyId, held, takeOver } = action;
  const trial = await tryRepeatedly(session, action.appId, secret);
  const body = { kind: 'proof', keyId, held, ...requestOf(trial) } as const;
  if (trial.kind === 'proved') {
    const kept = await append(session, {
      ...body,
      result: 'proved',
      ...(takeOver ? { takeOver } : {}),
    });
    if (kept) session.did.push('prove-credential');
    return;
  }
  const retryAt = retryAtOf(session, step);
  if (trial.kind === 'refused') {
    await append(session, { ...body, result: 'refused', code: trial.code, retryAt });
    if (takeOver) block(session, step, 'not-accepted-yet', retryAt);
    return;
  }
  if (takeOver) {
    block(session, step, 'unreachable', retryAt);
    return;
  }
  const { code, fault } = trial;
  await append(session, {
    ...body,
    result: 'unclear',
    retryAt,
    ...(code === undefined ? {} : { code }),
    ...(fault ? { fault } : {}),
  });
}

type Verdict = { readonly requestId?: string } & (
  | { readonly kind: 'proved' }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unclear'; readonly code?: number; readonly fault?: Fault }
);

/** Wrong or ended secret. Any other AADSTS code says nothing about the secret. */
const refusalCodes: ReadonlySet<number> = new Set([7_000_215, 7_000_222]);

async function tryRepeatedly(session: Session, appId: string, secret: Secret): Promise<Verdict> {
  const { clock, tokens } = session.world;
  let last: { readonly requestId?: string } = {};
  for (let attempt = 1; attempt <= proofAttempts; attempt += 1) {
    if (attempt > 1) await clock.sleep(proofPauseMs);
    const trial = await tokens.tryCredential(appId, secret);
    if (!trial.ok) return { kind: 'unclear', fault: trial.fault };
    const verdict = verdictOf(trial.value);
    last = requestOf(trial.value);
    if (verdict) return { ...verdict, ...last };
  }
  return { kind: 'proved', ...last };
}

function requestOf({ requestId }: { readonly requestId?: string }): {
  readonly requestId?: string;
} {
  return requestId === undefined ? {} : { requestId };
}

function verdictOf(trial: Trial): Verdict | undefined {
  if (trial.kind === 'accepted') return undefined;
  const { code } = trial;
  return refusalCodes.has(code) ? { kind: 'refused', code } : { kind: 'unclear', code };
}

function retryAtOf(session: Session, step: string): number {
  const attempts = session.memory.waits[step]?.attempts ?? 0;
  const waitMs = backoffMs(minuteMs, attempts, `${session.desired.key}/${step}`);
  return session.world.clock.now() + waitMs;
}

/** Makes a proven credential the vault's current version. */
export async function applyPromote(session: Session, action: Of<'promote'>): Promise<void> {
  const secret = await readText(session, 'promote', action);
  if (!secret) return;
  const { vault } = session.world;
  const { keyId, endAt, because } = action;
  await write(session, {
    effect: { kind: 'promote-credential', keyId },
    because,
    send: (intentId) =>
      vault.putValue(session.desired.secret, secret, {
        tags: tagsOf(session, action, intentId),
        expiresAt: endAt,
      }),
    facts: (done) => ({ version: done.version.version }),
  });
}

/** Tries a removed secret. A refusal is the evidence that it is gone. */
export async function applyDisprove(session: Session, action: Of<'disprove'>): Promise<void> {
  const step = `prove:${action.keyId}`;
  const secret = await readText(session, step, action);
  if (!secret) return;
  const { keyId, held } = action;
  const trial = await session.world.tokens.tryCredential(action.appId, secret);
  const request = trial.ok ? requestOf(trial.value) : {};
  const body = { kind: 'proof', keyId, held, ...request } as const;
  const verdict = trial.ok ? verdictOf(trial.value) : undefined;
  if (verdict?.kind === 'refused') {
    const { code } = verdict;
    if (await append(session, { ...body, result: 'disproved', code })) {
      session.did.push('disprove-credential');
    }
    return;
  }
  const result = trial.ok && !verdict ? 'still-accepted' : 'unclear';
  await append(session, { ...body, result, retryAt: retryAtOf(session, step) });
}

/** Makes one version unreadable. Versions cannot be deleted. */
export async function applyDisableVersion(
  session: Session,
  keyId: string,
  held: Held,
): Promise<void> {
  const ref = refOf(session, held);
  await write(session, {
    effect: { kind: 'disable-version', keyId, held },
    because: 'cleanup',
    send: () => session.world.vault.disableVersion(ref, held.version),
  });
}
