/** What must hold of any plan, by predicates that know nothing of how plans are made. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEntry, genesis } from '../../../src/audit/chain.ts';
import type { Action } from '../../../src/core/action.ts';
import { plan, type PlanInput } from '../../../src/core/plan.ts';
import { arbitraryInput } from '../../support/arbitrary-input.ts';
import { hostileInput } from '../../support/arbitrary-hostile-input.ts';
import { dayMs, inputNow, minuteMs } from '../../support/arbitrary-parts.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  frozenActsAllowed,
  isLeaked,
  mayGo,
  mayServe,
  workingKeyIds,
} from '../../support/hostile-worlds.ts';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

function of<Kind extends Action['kind']>(
  actions: readonly Action[],
  kind: Kind,
): readonly Of<Kind>[] {
  return actions.filter((one): one is Of<Kind> => one.kind === kind);
}

/** For any input, `holds` must not throw. Its answer tells whether the premise was met. */
function forAny(inputs: fc.Arbitrary<PlanInput>, holds: (input: PlanInput) => boolean): void {
  let met = 0;
  const property = fc.property(inputs, (input) => {
    if (holds(input)) met += 1;
  });
  fc.assert(property, cases(300));
  expect(met, 'the premise was never met').toBeGreaterThan(0);
}

describe('plan()', () => {
  it(
    'for any world, hostile ones too, is the same twice, bounded, and fit for a chain',
    () => {
      forAny(fc.oneof(arbitraryInput, hostileInput), (input) => {
        const made = plan(input);
        expect(JSON.stringify(plan(input))).toBe(JSON.stringify(made));
        expect(made.nextLookAt).toBeGreaterThan(inputNow);
        expect(made.nextLookAt).toBeLessThanOrEqual(inputNow + dayMs);
        expect(made.actions.length).toBeLessThanOrEqual(40);
        for (const { entries } of of(made.actions, 'note')) {
          for (const body of entries) {
            const { line } = encodeEntry(body, inputNow, genesis);
            // Control characters of vendors are written out, not passed on.
            expect(line.split('').filter((one) => one < ' ')).toEqual(['\n']);
          }
        }
        return made.actions.length > 0;
      });
    },
    patience(),
  );

  it(
    'for any world, never removes what may serve while it adds, and adds one at the most',
    () => {
      forAny(arbitraryInput, (input) => {
        const { actions } = plan(input);
        const issues = of(actions, 'issue');
        expect(issues.length).toBeLessThanOrEqual(1);
        if (issues.length === 0) return false;
        const served = of(actions, 'remove').filter(
          ({ keyId }) =>
            mayServe(input, keyId) &&
            workingKeyIds(input).includes(keyId) &&
            !isLeaked(input, keyId),
        );
        expect(served).toEqual([]);
        return true;
      });
    },
    patience(),
  );

  it(
    'for any world, removes only what law 6 gives up',
    () => {
      forAny(fc.oneof(arbitraryInput, hostileInput), (input) => {
        const removals = of(plan(input).actions, 'remove');
        for (const { keyId, why } of removals) {
          if (!mayGo(input, keyId)) expect.fail(`${keyId} is removed as ${why}`);
        }
        return removals.length > 0;
      });
    },
    patience(),
  );

  it(
    'for any world, rests no action on what cannot be seen',
    () => {
      forAny(fc.oneof(arbitraryInput, hostileInput), (input) => {
        const { observed } = input;
        const { actions } = plan(input);
        if (observed.registration.kind === 'unknown') {
          const writes = ['create-registration', 'update-registration', 'issue', 'remove'];
          expect(actions.filter(({ kind }) => writes.includes(kind))).toEqual([]);
        }
        if (observed.servicePrincipal.kind !== 'absent') {
          expect(of(actions, 'create-service-principal')).toEqual([]);
        }
        if (observed.current.kind === 'unknown' || observed.pending.kind === 'unknown') {
          expect(of(actions, 'issue')).toEqual([]);
        }
        for (const { connector } of of(actions, 'push')) {
          expect(observed.connectors[connector]?.connector.kind).not.toBe('unknown');
          expect(observed.connectors[connector]?.application.kind).toBe('known');
        }
        for (const action of actions) {
          if (!('held' in action)) continue;
          const secret = observed[action.held.secret];
          const versions = secret.kind === 'known' ? secret.value.versions : [];
          expect(versions).toContainEqual(
            expect.objectContaining({ version: action.held.version, enabled: true }),
          );
        }
        return actions.length > 0;
      });
    },
    patience(),
  );

  it(
    'for any frozen world, writes only where a connector is down, leaked, or soon to be',
    () => {
      const frozen = arbitraryInput.map((input) => ({
        ...input,
        memory: { ...input.memory, freezeUntilAt: inputNow + minuteMs },
      }));
      let held = 0;
      forAny(frozen, (input) => {
        const writes = plan(input).actions.filter(({ kind }) => kind !== 'note');
        if (frozenActsAllowed(input)) return true;
        held += 1;
        expect(writes).toEqual([]);
        return true;
      });
      expect(held, 'no freeze ever held').toBeGreaterThan(0);
    },
    patience(),
  );

  it(
    'for any world, does not depend on the order in which vendors list',
    () => {
      forAny(arbitraryInput, (input) => {
        const { actions, reason, nextLookAt } = plan(input);
        const other = plan(turnedAround(input));
        expect(other.actions).toEqual(actions);
        expect([other.reason, other.nextLookAt]).toEqual([reason, nextLookAt]);
        return actions.length > 0;
      });
    },
    patience(),
  );
});

function backwards<T>(seen: T & { readonly credentials: readonly unknown[] }): T {
  return { ...seen, credentials: seen.credentials.toReversed() };
}

function turned<T>(one: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(one).toReversed());
}

/** The same world, listed backwards. Versions keep their order: it means something. */
function turnedAround(input: PlanInput): PlanInput {
  const { observed, memory } = input;
  const { registration, servicePrincipal } = observed;
  return {
    ...input,
    memory: {
      ...memory,
      credentials: turned(memory.credentials),
      connectors: turned(memory.connectors),
    },
    observed: {
      ...observed,
      registration:
        registration.kind === 'known'
          ? { kind: 'known', value: backwards(registration.value) }
          : registration,
      servicePrincipal:
        servicePrincipal.kind === 'known'
          ? { kind: 'known', value: backwards(servicePrincipal.value) }
          : servicePrincipal,
      connectors: turned(observed.connectors),
    },
  };
}
