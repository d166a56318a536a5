/**
 * The past of a registration that Keeper has had for two years, written as Keeper would have written
 * it, up to a crash in the middle of a rotation: a credential was added, its text was never stored.
 */
import { appendEntry, blankHead, type Head } from '../audit/log.ts';
import type { ChainStore } from '../audit/chain-store.ts';
import { displayNameOf } from '../core/checks/interrupted.ts';
import { uniqueNameOf } from '../core/desired.ts';
import type { Cause, Effect, EntryBody, Facts } from '../core/entry.ts';
import type { Cloud } from './cloud.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

export interface Past {
  readonly cloud: Cloud;
  readonly now: number;
  readonly chains: ChainStore;
  readonly key: string;
  readonly vaultSecret: string;
  readonly registration: { readonly objectId: string; readonly appId: string };
  readonly connector: string;
  /** Puts the serving secret into the connector. */
  useSecret(text: string): void;
}

/** Writes the past: the directory, the vault, the connector, and the chain that tells of them. */
export async function interruptedRotation(past: Past): Promise<void> {
  const { cloud, now, registration } = past;
  const { appId, objectId } = registration;
  const ids = cloud.random.fork('demo-history');
  const beganAt = now - 705 * dayMs;
  const servingEndAt = Math.floor((beganAt + 730 * dayMs) / 1000) * 1000;
  const crashedAt = now - 3 * 60 * minuteMs;
  const chain = writer(past);

  await chain.step({
    at: beganAt,
    id: ids.uuid(),
    effect: { kind: 'create-registration', uniqueName: uniqueNameOf(past.key) },
    because: 'missing',
    facts: registration,
  });
  const added = ids.uuid();
  const serving = cloud.directory.addPasswordByHand(appId, {
    displayName: displayNameOf(added),
    startAt: beganAt + minuteMs,
    endAt: servingEndAt,
  });
  const { keyId, text } = serving;
  await chain.step({
    at: beganAt + minuteMs,
    id: added,
    effect: { kind: 'add-credential', objectId, endAt: servingEndAt },
    because: 'first',
    facts: { keyId, hint: text.slice(0, 3), endAt: servingEndAt },
  });
  const tags = { registration: past.key, appId, keyId, intent: added };
  const pending = cloud.vault.putByHand(`${past.vaultSecret}-pending`, {
    value: text,
    tags,
    expSeconds: servingEndAt / 1000,
  });
  await chain.step({
    at: beganAt + 2 * minuteMs,
    id: ids.uuid(),
    effect: { kind: 'store-credential', keyId },
    because: 'rotation',
    facts: { version: pending.version },
  });
  await chain.write(beganAt + 20 * minuteMs, {
    kind: 'proof',
    keyId,
    held: { secret: 'pending', version: pending.version },
    result: 'proved',
  });
  const promotion = ids.uuid();
  const current = cloud.vault.putByHand(past.vaultSecret, {
    value: text,
    tags: { ...tags, intent: promotion },
    expSeconds: servingEndAt / 1000,
  });
  await chain.step({
    at: beganAt + 21 * minuteMs,
    id: promotion,
    effect: { kind: 'promote-credential', keyId },
    because: 'rotation',
    facts: { version: current.version },
  });
  past.useSecret(text);
  await chain.step({
    at: beganAt + 22 * minuteMs,
    id: ids.uuid(),
    effect: { kind: 'push-credential', connector: past.connector, keyId, appId, creates: true },
    because: 'missing',
    facts: {},
  });
  const interrupted = ids.uuid();
  await chain.write(crashedAt, {
    kind: 'intent',
    id: interrupted,
    effect: { kind: 'add-credential', objectId, endAt: crashedAt + 730 * dayMs },
    deadlineAt: crashedAt + minuteMs,
    worker: 'crashed-worker',
    because: 'due',
  });
  cloud.directory.addPasswordByHand(appId, {
    displayName: displayNameOf(interrupted),
    startAt: crashedAt + 1_000,
    endAt: crashedAt + 730 * dayMs,
  });
}

interface Step {
  readonly at: number;
  readonly id: string;
  readonly effect: Effect;
  readonly because: Cause;
  readonly facts: Facts;
}

/** Appends entries with instants of the past. */
function writer({ chains, key }: Past): {
  write(at: number, body: EntryBody): Promise<void>;
  step(step: Step): Promise<void>;
} {
  let head: Head = blankHead;

  async function write(at: number, body: EntryBody): Promise<void> {
    const appended = await appendEntry(chains, key, head, body, at);
    if (!appended.ok || !appended.value) throw new Error('Cannot write the demonstration chain');
    head = appended.value.head;
  }

  async function step({ at, id, effect, because, facts }: Step): Promise<void> {
    const deadlineAt = at + minuteMs;
    await write(at, { kind: 'intent', id, effect, deadlineAt, worker: 'demonstration', because });
    await write(at + 1_000, { kind: 'outcome', intent: id, result: 'done', facts });
  }

  return { write, step };
}
