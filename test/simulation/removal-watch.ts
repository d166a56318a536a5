/**
 * Role: judges each removal by the truth at its instant: a credential that lives must be held by no
 * record of any connector. Shares no code with the planner.
 */
import type { World } from '../../src/reconcile/world.ts';
import type { Tenant } from '../support/tenant.ts';
import { holdersOf } from './holders.ts';

/** Sees all removals of a world. */
export interface RemovalWatch {
  readonly over: (world: World) => World;
  /** What was against the law. */
  readonly flaws: readonly string[];
  /** From when on whatever leaked goes, held or not. */
  leakedGoAt(at: number): void;
}

/** Watches one customer's world, which may be made later. */
export function removalWatch(customer: () => Tenant): RemovalWatch {
  const flaws: string[] = [];
  let boundAt = Number.POSITIVE_INFINITY;

  function judge(keyId: string): void {
    const gone = customer()
      .passwords()
      .find((one) => one.keyId === keyId);
    const now = customer().clock.now();
    if (!gone || now >= gone.endAt || now >= boundAt) return;
    const held = holdersOf(customer()).filter((one) => one.text === gone.text);
    flaws.push(...held.map(({ name }) => `${keyId} is removed while ${name} holds it`));
  }

  return {
    flaws,
    over: (world) => ({
      ...world,
      directory: {
        ...world.directory,
        removeCredential(objectId, keyId) {
          judge(keyId);
          return world.directory.removeCredential(objectId, keyId);
        },
      },
    }),
    leakedGoAt(at) {
      boundAt = at;
    },
  };
}
