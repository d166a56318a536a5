import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/core/action.ts';
import { plan, type PlanInput } from '../../../src/core/plan.ts';
import { sceneOf, servingCredentials } from '../../../src/core/scene.ts';
import { arbitraryInput } from '../../support/arbitrary-input.ts';
import { inputNow } from '../../support/arbitrary-parts.ts';

const runs = { numRuns: 3_000, seed: 20_260_101 };
const dayMs = 86_400_000;
type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

function of<Kind extends Action['kind']>(input: PlanInput, kind: Kind): readonly Of<Kind>[] {
  return plan(input).actions.filter((one): one is Of<Kind> => one.kind === kind);
}

/** The actions that change what is served. */
function weighty(input: PlanInput): readonly Action[] {
  return plan(input).actions.filter(({ kind }) => ['remove', 'issue', 'push'].includes(kind));
}

/** For any input, `holds` must not throw. Returns how often the premise was met. */
function forAny(holds: (input: PlanInput) => number): void {
  let met = 0;
  fc.assert(
    fc.property(arbitraryInput, (input) => {
      met += holds(input);
    }),
    runs,
  );
  expect(met, 'the premise was never met').toBeGreaterThan(0);
}

describe('law 1: a connector always holds a credential that works', () => {
  it('for any world, nothing is pushed that ends earlier than what serves and works', () => {
    forAny((input) => {
      const pushes = of(input, 'push');
      const scene = sceneOf(input);
      for (const push of pushes) {
        const target = scene.credentials.find((one) => one.keyId === push.keyId);
        expect(target?.live).toBe(true);
        for (const one of servingCredentials(scene)) {
          if (one.compromised || one.memory?.refusedAt !== undefined) continue;
          if (scene.credentials.every((other) => other.compromised || other.keyId !== push.keyId))
            continue;
          expect(target?.endAt).toBeGreaterThanOrEqual(one.endAt);
        }
      }
      return pushes.length;
    });
  });

  it('for any world, what is promoted works, is proven, and is not known to be leaked', () => {
    forAny((input) => {
      const scene = sceneOf(input);
      const promotions = of(input, 'promote');
      for (const one of promotions) {
        const credential = scene.credentials.find((other) => other.keyId === one.keyId);
        expect(credential).toMatchObject({ live: true, compromised: false });
        // The current one is made current again where somebody put another in its place.
        if (one.keyId === input.memory.promoted?.keyId) continue;
        expect(credential?.memory?.provedAt).toBeDefined();
      }
      return promotions.length;
    });
  });
});

describe('law 2: absent is not unknown, and lost is not new', () => {
  it('for any world, a registration is created only if it is absent and nothing ever named it', () => {
    forAny((input) => {
      const made = of(input, 'create-registration');
      if (made.length === 0) return 0;
      expect(input.observed.registration.kind).toBe('absent');
      expect(input.memory.registration).toBeUndefined();
      for (const connector of input.desired.connectors) {
        const view = input.observed.connectors[connector.id]?.connector.kind;
        if (!connector.takeOver) expect(view).toBe('absent');
        expect(view).not.toBe('unknown');
      }
      return made.length;
    });
  });

  it('for any world, a connector is created only if it is absent and was never there', () => {
    forAny((input) => {
      const made = of(input, 'push').filter((one) => one.creates);
      for (const one of made) {
        expect(input.observed.connectors[one.connector]?.connector.kind).toBe('absent');
        expect(input.memory.connectors[one.connector]?.clean).toBeUndefined();
        expect(input.memory.connectors[one.connector]?.known).not.toBe(true);
      }
      return made.length;
    });
  });

  it('for any world, nothing is added to or removed from a registration that is not seen', () => {
    forAny((input) => {
      if (input.observed.registration.kind === 'known') return 0;
      expect([...of(input, 'issue'), ...of(input, 'remove')]).toEqual([]);
      return 1;
    });
  });
});

describe('law 5: no write is repeated blindly', () => {
  it('for any world, nothing is added while an add is open or parked', () => {
    forAny((input) => {
      const { open, parked } = input.memory;
      if (open.length + parked.length === 0) return 0;
      expect(of(input, 'issue')).toEqual([]);
      return 1;
    });
  });
});

describe('law 6: no evidence means serving', () => {
  it('for any world, what is removed has ended, was never used, or has been replaced everywhere', () => {
    forAny((input) => {
      const removals = of(input, 'remove');
      const scene = sceneOf(input);
      for (const { keyId } of removals) {
        const one = scene.credentials.find((other) => other.keyId === keyId);
        const { memory } = one ?? {};
        const bound = input.memory.orders.some(
          ({ body, keyIds }) =>
            body.kind === 'compromised' && keyIds.includes(keyId) && body.removeAt <= inputNow,
        );
        const wasUsed = memory === undefined || memory.pushed || memory.promotedAt !== undefined;
        if (one?.ended || bound || !wasUsed) continue;
        for (const id of input.desired.connectors.map((connector) => connector.id)) {
          const held = input.memory.connectors[id];
          expect(held?.clean?.keyId).toBeDefined();
          expect(held?.clean?.keyId).not.toBe(keyId);
          expect(held?.doubtful).toEqual([]);
          const records = Object.values(held?.records ?? {});
          expect(records.map((record) => record.keyId)).not.toContain(keyId);
        }
      }
      return removals.length;
    });
  });

  it('for any world, nothing is removed in a plan that adds', () => {
    forAny((input) => {
      if (of(input, 'issue').length === 0) return 0;
      const scene = sceneOf(input);
      for (const { keyId } of of(input, 'remove')) {
        const one = scene.credentials.find((other) => other.keyId === keyId);
        const isServing = servingCredentials(scene).some((other) => other.keyId === keyId);
        expect(isServing && !one?.compromised).toBe(false);
      }
      return 1;
    });
  });
});

describe('law 7: foreign is sacred', () => {
  it('for any world, a foreign credential goes only by name in an order, or ended and in the way', () => {
    forAny((input) => {
      const foreign = of(input, 'remove').filter(
        ({ keyId }) => input.memory.credentials[keyId] === undefined,
      );
      const scene = sceneOf(input);
      for (const { keyId } of foreign) {
        const isNamed = input.memory.orders.some(
          ({ body, keyIds }) =>
            keyIds.includes(keyId) || (body.kind === 'retire' && body.keyId === keyId),
        );
        const ended = scene.credentials.find((one) => one.keyId === keyId)?.ended === true;
        expect(isNamed || ended).toBe(true);
      }
      return foreign.length;
    });
  });
});

describe('law 8: a secret never goes to a stranger', () => {
  it('for any world, nothing is pushed where the key opens another application, or none is seen', () => {
    forAny((input) => {
      const pushes = of(input, 'push');
      for (const { connector } of pushes) {
        const application = input.observed.connectors[connector]?.application;
        expect(application).toMatchObject({
          kind: 'known',
          value: { applicationId: connector.slice(3) },
        });
      }
      return pushes.length;
    });
  });

  it('for any world, a live connector of another client id is not touched without takeOver', () => {
    forAny((input) => {
      const pushes = of(input, 'push').filter((one) => !one.creates);
      for (const { connector } of pushes) {
        const seen = input.observed.connectors[connector]?.connector;
        const takeOver = input.desired.connectors.some((one) => one.takeOver);
        if (takeOver || seen?.kind !== 'known' || seen.value.clientId === undefined) continue;
        expect(seen.value.clientId).toBe('app-1');
      }
      return pushes.length;
    });
  });
});

describe('law 9: tags and names are hints', () => {
  it('for any world, forged tags of vault versions change no removal, no issue and no push', () => {
    forAny((input) => {
      const { current } = input.observed;
      if (current.kind !== 'known') return 0;
      const tags = { keyId: 'k1', appId: 'app-1', intent: 'forged', registration: 'calendar' };
      const versions = current.value.versions.map((one) => ({ ...one, tags }));
      const value = { current: { ...current.value.current, tags }, versions };
      const forged = { ...input, observed: { ...input.observed, current: { ...current, value } } };
      expect(weighty(forged)).toEqual(weighty(input));
      return 1;
    });
  });
});

describe('law 10: a failing rotation does not pile up', () => {
  it('for any world, nothing is added while an unproven one of ours waits unused', () => {
    forAny((input) => {
      const isWaiting = Object.values(input.memory.credentials).some((one) => {
        const listed = sceneOf(input).credentials.some(
          (other) => other.keyId === one.keyId && other.listed && !other.ended,
        );
        return listed && one.origin === 'issued' && one.provedAt === undefined && !one.pushed;
      });
      if (!isWaiting) return 0;
      expect(of(input, 'issue')).toEqual([]);
      return 1;
    });
  });
});

describe('law 11: same inputs, same plan', () => {
  it('for any world, planning twice gives the same, and touches nothing that it was given', () => {
    forAny((input) => {
      const copy = structuredClone(input);
      const frozen = deepFreeze(input);
      expect(plan(frozen)).toEqual(plan(copy));
      expect(frozen).toEqual(copy);
      return 1;
    });
  });
});

describe('law 12: a bound on everything', () => {
  it('for any world, the next look is later than now, and at most a day away', () => {
    forAny((input) => {
      const { nextLookAt } = plan(input);
      expect(nextLookAt).toBeGreaterThan(inputNow);
      expect(nextLookAt).toBeLessThanOrEqual(inputNow + dayMs);
      return 1;
    });
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
