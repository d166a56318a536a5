/** Laws as predicates over a world, written from their words and not from the planner's code. */
import type { SeenCredential } from '../../src/core/observed.ts';
import type { PlanInput } from '../../src/core/plan.ts';
import { dayMs, minuteMs } from './arbitrary-parts.ts';

const skewMs = 5 * minuteMs;
const replicationMs = 15 * minuteMs;

/** What Entra lists, in both places. */
function listed({ observed }: PlanInput): readonly SeenCredential[] {
  const { registration, servicePrincipal } = observed;
  return [
    ...(registration.kind === 'known' ? registration.value.credentials : []),
    ...(servicePrincipal.kind === 'known' ? servicePrincipal.value.credentials : []),
  ];
}

/** Credentials that Entra would accept: listed, or just added, and not ended. */
export function workingKeyIds(input: PlanInput): readonly string[] {
  const { memory, now, observed } = input;
  // A replica may still show what was removed a moment ago.
  const seen = listed(input).filter(({ keyId, endAt }) => {
    const removedAt = memory.credentials[keyId]?.removedAt ?? Number.NEGATIVE_INFINITY;
    return now < endAt && now >= removedAt + replicationMs;
  });
  const remembered = Object.values(memory.credentials).filter(
    (one) =>
      one.removedAt === undefined &&
      now < one.endAt &&
      (observed.registration.kind !== 'known' || now < one.addedAt + replicationMs),
  );
  return [...seen, ...remembered].map(({ keyId }) => keyId);
}

/** Some connector may hold it, by a push of ours that was clean or may have landed. */
export function mayServe({ memory }: PlanInput, keyId: string): boolean {
  return Object.values(memory.connectors).some(
    ({ clean, doubtful, records }) =>
      clean?.keyId === keyId ||
      doubtful.some((push) => push.keyId === keyId) ||
      Object.values(records).some((record) => record.keyId === keyId),
  );
}

/** Declared leaked: one of ours by its memory, a foreign one by the order that names it. */
export function isLeaked({ memory }: PlanInput, keyId: string): boolean {
  return (
    memory.credentials[keyId]?.compromisedBy !== undefined ||
    memory.orders.some(({ body, keyIds }) => body.kind === 'compromised' && keyIds.includes(keyId))
  );
}

/** Every connector had a clean push of another one that works, and no doubt is left (law 6). */
function isReplaced(input: PlanInput, keyId: string): boolean {
  const { desired, memory } = input;
  const working = workingKeyIds(input);
  const ids = [...desired.connectors.map(({ id }) => id), ...Object.keys(memory.connectors)];
  return ids.every((id) => {
    const held = memory.connectors[id];
    if (held?.clean === undefined || held.doubtful.length > 0) return false;
    const declared = desired.connectors.find((one) => one.id === id)?.records ?? [];
    const records = [...declared, ...Object.keys(held.records)];
    return (
      held.clean.keyId !== keyId &&
      working.includes(held.clean.keyId) &&
      records.every((record) => ![undefined, keyId].includes(held.records[record]?.keyId))
    );
  });
}

/** Law 6 and law 7: ours and never used, or replaced; ended; or what an order says of it. */
export function mayGo(input: PlanInput, keyId: string): boolean {
  const { memory, now } = input;
  const ours = memory.credentials[keyId];
  const seen = listed(input).find((one) => one.keyId === keyId);
  const isEnded = (seen?.endAt ?? ours?.endAt ?? Infinity) + skewMs <= now;
  const orders = memory.orders.filter(
    ({ body, keyIds }) =>
      (body.kind === 'compromised' && keyIds.includes(keyId)) ||
      (body.kind === 'retire' && body.keyId === keyId),
  );
  if (orders.some(({ body }) => body.kind === 'compromised' && body.removeAt <= now)) return true;
  if (ours === undefined) {
    const slots = listed(input).filter(({ place }) => place === 'application').length;
    return isEnded ? slots >= 2 : orders.length > 0 && isReplaced(input, keyId);
  }
  const wasUsed = ours.pushed || ours.promotedAt !== undefined;
  return isEnded || !wasUsed || isReplaced(input, keyId);
}

/**
 * A freeze gives way: a credential has leaked, one that a connector may hold ends within 14 days, or
 * a connector was never given one that works.
 */
export function frozenActsAllowed(input: PlanInput): boolean {
  const { memory, desired, now } = input;
  if (memory.orders.some(({ body }) => body.kind === 'compromised')) return true;
  const working = workingKeyIds(input);
  const all = [...listed(input), ...Object.values(memory.credentials)];
  const isSoon = all.some(
    ({ keyId, endAt }) =>
      endAt <= now + 14 * dayMs &&
      (mayServe(input, keyId) || memory.credentials[keyId]?.intent === undefined),
  );
  if (isSoon) return true;
  return desired.connectors.some(({ id }) => {
    const keyId = memory.connectors[id]?.clean?.keyId;
    return keyId === undefined || !working.includes(keyId);
  });
}
