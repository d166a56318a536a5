/** Steps that somebody began and whose end is not in the chain. */
import { type Finding, stands } from '../finding.ts';
import { clockSkewMs, replicationMs, requestTimeoutMs } from '../limits.ts';
import type { OpenIntent, ParkedAdd } from '../memory.ts';
import { taggedVersion, type Scene } from '../scene.ts';
import { valueOf } from '../observed.ts';

/** The display name that carries an intent to the directory. */
export function displayNameOf(intent: string): string {
  return `keeper:${intent}`;
}

/** When an open intent of somebody else may be taken over, by the storage service's clock. */
function takeOverAt(intent: Pick<OpenIntent, 'deadlineAt'>): number {
  return intent.deadlineAt + requestTimeoutMs + clockSkewMs;
}

/** An intent without outcome: of a worker that still runs, or that was cut off (law 4). */
export function intentWithoutOutcome(scene: Scene): readonly Finding[] {
  return scene.memory.open.flatMap((intent) => {
    const at = takeOverAt(intent);
    if (scene.storageNow < at) return stands('somebody-working', scene.now + at - scene.storageNow);
    return [
      {
        kind: 'note',
        entry: { kind: 'recovery', intent: intent.id, finding: 'in-doubt' },
      } as const,
    ];
  });
}

/**
 * An `addPassword` of which nobody knows whether it made a credential. After the replicas have had
 * their time, the only credential that fits its window is it; none means that nothing was made.
 */
export function addInDoubt(scene: Scene): readonly Finding[] {
  return scene.memory.parked.flatMap((parked) => resolveParked(scene, parked));
}

function resolveParked(scene: Scene, parked: ParkedAdd): readonly Finding[] {
  const settledAt = parked.doubtAt + replicationMs;
  if (scene.now < settledAt) return stands('add-in-doubt', settledAt);
  const { registration } = scene;
  if (!registration) return stands('add-in-doubt', scene.now + replicationMs);
  const fits = registration.credentials.filter(
    (one) =>
      one.displayName === displayNameOf(parked.id) &&
      one.startAt >= parked.at - clockSkewMs &&
      one.startAt <= parked.doubtAt + clockSkewMs &&
      scene.memory.credentials[one.keyId] === undefined,
  );
  const [only, second] = fits;
  if (second) {
    const person = stands('ambiguous-orphans', scene.now + replicationMs);
    if (parked.ambiguous) return person;
    return [recovery(parked.id, { finding: 'ambiguous' }), ...person];
  }
  if (!only) return [recovery(parked.id, { finding: 'not-done' })];
  const { keyId, hint, endAt } = only;
  return [recovery(parked.id, { finding: 'done', keyId, hint, endAt })];
}

function recovery(
  intent: string,
  outcome: {
    readonly finding: 'not-done' | 'done' | 'ambiguous';
    readonly keyId?: string;
    readonly hint?: string;
    readonly endAt?: number;
  },
): Finding {
  return { kind: 'note', entry: { kind: 'recovery', intent, ...outcome } };
}

/** A stored or promoted version whose answer was lost: found by its tags, believed by its hint. */
export function versionOfLostAnswer(scene: Scene): readonly Finding[] {
  const pending = valueOf(scene.observed.pending);
  const current = valueOf(scene.observed.current);
  const stored = scene.credentials.flatMap((one): readonly Finding[] => {
    const memory = one.memory;
    if (!memory?.intent || memory.held.length > 0 || memory.removedAt !== undefined) return [];
    const version = taggedVersion(pending, { keyId: one.keyId, intent: memory.intent });
    if (version === undefined) return [];
    if (version === pending?.current.version && pending.current.hint !== one.hint) return [];
    const held = { secret: 'pending', version } as const;
    return [found(one.keyId, held)];
  });
  const promotion = scene.memory.promoteDoubt;
  if (!promotion || !current) return stored;
  const { version, tags, hint } = current.current;
  const credential = scene.credentials.find((one) => one.keyId === promotion.keyId);
  const isOurs = tags['intent'] === promotion.intent && credential?.hint === hint;
  if (!isOurs || version === scene.memory.promoted?.version) return stored;
  return [...stored, found(promotion.keyId, { secret: 'current', version })];
}

function found(
  keyId: string,
  held: { readonly secret: 'current' | 'pending'; readonly version: string },
): Finding {
  return {
    kind: 'note',
    entry: { kind: 'observation', seen: { what: 'version-found', keyId, held } },
  };
}
