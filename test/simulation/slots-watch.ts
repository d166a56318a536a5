/**
 * Role: the laws about slots, judged by the directory's truth at the instant of each write. Shares no
 * code with the planner.
 */
import type { Tenant } from '../support/tenant.ts';
import type { MadeState } from './slots-making.ts';
import type { Watch } from './slots-ports.ts';

interface Listed {
  readonly keyId: string;
  readonly text: string;
  readonly endAt: number;
}

/** A watch, and what it saw against the laws. */
export interface TruthWatch extends Watch {
  readonly violations: string[];
  /** To be told of the world once it is made. */
  begin(made: MadeState): void;
}

/** Watches one customer's world. */
export function truthWatch(customer: () => Tenant): TruthWatch {
  const violations: string[] = [];
  /** Key ids that people made. */
  const foreign = new Set<string>();
  const leaked = new Set<string>();
  let removeAt = Number.POSITIVE_INFINITY;

  const now = (): number => customer().clock.now();
  const onApplication = (): readonly Listed[] => customer().application().passwords;
  const everywhere = (): readonly Listed[] => {
    const { appId, passwords } = customer().application();
    const principal = customer().cloud.directory.servicePrincipal(appId);
    return [...passwords, ...(principal?.passwords ?? [])];
  };
  const heldTexts = (): readonly string[] => heldBy(customer());
  const isWorking = (text: string): boolean =>
    everywhere().some((one) => one.text === text && now() < one.endAt);

  return {
    violations,
    begin(made) {
      for (const one of everywhere()) {
        const slot = made.slots.find((other) => other?.keyId === one.keyId);
        if (slot?.intent === undefined) foreign.add(one.keyId);
        if (slot?.kind === 'leaked') leaked.add(one.keyId);
      }
      removeAt = made.removeAt ?? removeAt;
    },
    onAdd() {
      if (onApplication().length >= 2) violations.push('adds a third');
    },
    onRemove(keyId) {
      const gone = everywhere().find((one) => one.keyId === keyId);
      if (!gone || now() >= gone.endAt) return;
      if (foreign.has(keyId)) violations.push('removes a foreign one that lives');
      if (!heldTexts().includes(gone.text)) return;
      // The bound of an order about a leak goes before all else.
      if (leaked.has(keyId) && now() >= removeAt) return;
      violations.push('removes what a connector holds');
    },
    onPush(text) {
      const next = everywhere().find((one) => one.text === text);
      const [before] = heldTexts();
      if (before === undefined || before === text || !isWorking(before)) return;
      const held = everywhere().find((one) => one.text === before);
      if (!next || !isWorking(text)) violations.push('pushes a dead one over a working one');
      if (!held || leaked.has(held.keyId) || foreign.has(held.keyId)) return;
      if (next && next.endAt < held.endAt) violations.push('pushes what ends sooner');
    },
  };
}

/** Texts that the connector's records hold, the active one first. */
export function heldBy({ cloud, nylas }: Tenant): readonly string[] {
  const [first] = nylas;
  const connector = first && cloud.nylas[first.region].hand.application(first.id).connector;
  if (!connector) return [];
  return [...connector.records.values()]
    .toSorted(
      (one, other) =>
        Number(other.id === connector.activeId) - Number(one.id === connector.activeId),
    )
    .map((one) => one.data.clientSecret);
}
