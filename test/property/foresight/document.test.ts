/** Plans that come back: of a fleet from a file, of one registration from storage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import {
  fleetDocument,
  readFleetDocument,
  readRegistrationDocument,
  registrationDocument,
} from '../../../src/foresight/document.ts';
import { fleetHash, planHash } from '../../../src/foresight/plan-hash.ts';
import type { FleetPlan, RegistrationPlan } from '../../../src/foresight/step.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileJson, jsonText, mutated } from '../../support/hostile-values.ts';
import { canary } from '../../unit/clients/canary.ts';
import { planSample } from '../../unit/web/page-samples.ts';

const madeAt = Date.parse('2026-06-01T12:00:00.000Z');

/** With the hash that it should have. */
function hashed({ hash: _hash, ...plan }: RegistrationPlan): RegistrationPlan {
  return { ...plan, hash: planHash(plan) };
}

function fleetOf(registrations: readonly RegistrationPlan[]): FleetPlan {
  const unforeseen = [
    { registration: 'mail', why: 'chain-broken', detail: 'entry 3' },
  ] as const satisfies FleetPlan['unforeseen'];
  const file = sha256('a file');
  const hash = fleetHash(file, registrations, unforeseen);
  return { v: 1, madeAt, file, registrations, unforeseen, hash };
}

const sample = hashed({ ...planSample(), configuration: sha256('wishes') });
const plan = fleetOf([sample]);
const document = fleetDocument(plan);
const text = JSON.stringify(document);

/** What can be wrong with a plan: it is told in these words, with names of Keeper's own. */
const refusal =
  /^(?:it is not JSON|it is no plan: (?:it has not the members of one|[A-Za-z0-9.]{1,80} is not as it must be)|it was changed after it was made: its hash does not fit)$/;

describe('readFleetDocument()', () => {
  it(
    'gives the plan as it was made or refuses the text, for any text like one',
    () => {
      fc.assert(
        fc.property(hostileJson(document, canary), (given) => {
          const read = readFleetDocument(given);
          expectUnpolluted();
          if (read.ok) expect(read.plan).toEqual(plan);
          else {
            expect(read.why).toMatch(refusal);
            expect(read.why).not.toContain('canary');
          }
          expect(readFleetDocument(given)).toEqual(read);
        }),
        { ...cases(80), examples: [[text]] },
      );
      expect(readFleetDocument(text)).toEqual({ ok: true, plan });
    },
    patience(),
  );

  it(
    'refuses any plan with another character in it, unless it means the same',
    () => {
      const put = fc.oneof(
        fc.constantFrom('', ' ', '0', '1', 'a', 'f', '"', ',', '+', '-', 'é'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      );
      fc.assert(
        fc.property(fc.nat(text.length - 1), put, (at, character) => {
          const given = text.slice(0, at) + character + text.slice(at + 1);
          const read = readFleetDocument(given);
          if (read.ok) expect(JSON.parse(given)).toEqual(document);
          else expect(read.why).toMatch(refusal);
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'understands a plan whose hashes fit as it is written, for any plan that somebody forged',
    () => {
      let accepted = 0;
      fc.assert(
        fc.property(mutated(registrationDocument(sample)), mutated(document), (one, whole) => {
          const forged = sealed(one, whole);
          const read = readFleetDocument(forged);
          if (!read.ok) {
            expect(read.why).toMatch(refusal);
            return;
          }
          accepted += 1;
          expectInstants(read.plan);
          const again = readFleetDocument(JSON.stringify(fleetDocument(read.plan)));
          expect(again).toEqual(read);
        }),
        cases(80),
      );
      expect(accepted).toBeGreaterThan(5);
    },
    patience(),
  );
});

/** The text of a changed plan under hashes that fit, as far as it has any. */
function sealed(one: unknown, whole: unknown): string {
  const raw = JSON.parse(jsonText(one)) as unknown;
  const registration = readRegistrationDocument(raw);
  const around = JSON.parse(jsonText(whole)) as unknown;
  if (registration === undefined || typeof around !== 'object' || around === null) {
    return jsonText(whole);
  }
  const { hash: _hash, ...planned } = registration;
  const hash = planHash(planned);
  const made = fleetDocument(fleetOf([{ ...planned, hash }]));
  const changed = { ...made, ...around, registrations: [{ ...(raw as object), hash }] };
  const members = Object.entries({ ...changed, hash: hashes(made).hash });
  const sealless = Object.fromEntries(members.filter(([name]) => name !== 'seal'));
  return JSON.stringify({ ...sealless, seal: sealFor(sealless) });
}

function hashes(made: object): { readonly hash: string } {
  return made as { readonly hash: string };
}

/** A value that canonical JSON cannot hold gets no seal that fits. */
function sealFor(value: object): string {
  try {
    return sha256(canonicalJson(value));
  } catch {
    return sha256('');
  }
}

/** Every instant of a plan is one that a date can hold. */
function expectInstants(read: FleetPlan): void {
  const steps = read.registrations.flatMap((one) => one.steps);
  const instants = [
    read.madeAt,
    ...steps.flatMap(({ earliestAt, endAt }) => [earliestAt, endAt ?? 0]),
  ];
  for (const at of instants) expect(Math.abs(at)).toBeLessThanOrEqual(8.64e15);
}

describe('readRegistrationDocument()', () => {
  it(
    'gives a plan that is written as it was read or none, for any value like one',
    () => {
      let accepted = 0;
      fc.assert(
        fc.property(mutated(registrationDocument(sample)), (value) => {
          const raw: unknown = JSON.parse(jsonText(value));
          const read = readRegistrationDocument(raw);
          expectUnpolluted();
          if (read === undefined) return;
          accepted += 1;
          expectInstants(fleetOf([read]));
          const written = registrationDocument(read);
          expect(readRegistrationDocument(written)).toEqual(read);
          // Words for readers are made anew; all else is as it was.
          expect(withoutWords(written)).toEqual(withoutWords(raw));
        }),
        cases(120),
      );
      expect(accepted).toBeGreaterThan(10);
      expect(readRegistrationDocument(registrationDocument(sample))).toEqual(sample);
    },
    patience(),
  );
});

/** Without what no plan is held to, and instants as numbers. */
function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !['why', 'means', 'remedy'].includes(name))
      .map(([name, member]) => [
        name,
        name.endsWith('At') ? Date.parse(String(member)) : withoutWords(member),
      ]),
  );
}
