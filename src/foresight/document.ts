/**
 * A plan as JSON: what `keeper plan --json` prints, what a dry run answers, and what `keeper apply`
 * takes back. Instants are ISO 8601. A plan that comes back is foreign: it is understood whole or not
 * at all, and its hashes must be those of what it says.
 */
import { z } from 'zod';
import { canonicalJson, sha256 } from '../audit/canonical.ts';
import { meaningOf, reasons, type Reason } from '../core/reason.ts';
import type { Basis } from '../reconcile/pass.ts';
import { foreseeFrom } from './foresee.ts';
import { fleetHash, planHash } from './plan-hash.ts';
import type { Ask, FleetPlan, RegistrationPlan, Step, Unforeseen } from './step.ts';
import { whyOf } from './words.ts';

const text = z.string().max(2_000);
const instant = z.iso.datetime();
const sha = z.string().regex(/^[0-9a-f]{64}$/);

const change = z.strictObject({ what: text, from: text.optional(), to: text.optional() });

const step = z.strictObject({
  sign: z.enum(['+', '~', '-']),
  kind: z.enum([
    'create-registration',
    'update-registration',
    'create-service-principal',
    'add-credential',
    'store-credential',
    'promote-credential',
    'push-credential',
    'remove-credential',
    'disable-version',
  ]),
  subject: text,
  keyId: text.optional(),
  changes: z.array(change).max(1_000),
  patch: text.optional(),
  because: z.enum([
    'missing',
    'drift',
    'due',
    'first',
    'dead',
    'ordered',
    'compromised',
    'slot-needed',
    'cleanup',
    'doubt',
    'rotation',
  ]),
  /** In words; for readers alone. */
  why: text,
  endAt: instant.optional(),
  earliestAt: instant,
});

const ask = z.strictObject({
  reason: z.enum(Object.keys(reasons) as [Reason, ...Reason[]]),
  subject: text.optional(),
  means: text,
  remedy: text.optional(),
});

/** The plan of one registration, as JSON has it. */
export const registrationPlan = z.strictObject({
  registration: text,
  key: text,
  configuration: sha,
  credentials: z.array(text).max(1_000),
  steps: z.array(step).max(10_000),
  asks: z.array(ask).max(1_000),
  unseen: z.array(text).max(100),
  hash: sha,
});

const unforeseen = z.strictObject({
  registration: text,
  why: z.enum(['chain-unreadable', 'chain-broken']),
  detail: text,
});

const fleetPlan = z.strictObject({
  v: z.literal(1),
  madeAt: instant,
  file: text,
  changes: z.int().min(0),
  registrations: z.array(registrationPlan).max(100_000),
  unforeseen: z.array(unforeseen).max(100_000),
  hash: sha,
  seal: sha,
});

/** The plan of one registration, for JSON. */
export function registrationDocument(plan: RegistrationPlan): object {
  const { steps, asks, ...rest } = plan;
  return { ...rest, steps: steps.map(stepDocument), asks: asks.map(askDocument) };
}

/** The plan of a fleet, for JSON. */
export function fleetDocument(plan: FleetPlan): object {
  const { v, madeAt, file, registrations, unforeseen: others, hash } = plan;
  const document = {
    v,
    madeAt: iso(madeAt),
    file,
    changes: registrations.reduce((sum, one) => sum + one.steps.length, 0),
    registrations: registrations.map(registrationDocument),
    unforeseen: others,
    hash,
  };
  return { ...document, seal: sealOf(document) };
}

/** Over all of a kept plan, its instants too, which no comparison of plans looks at. */
function sealOf(document: object): string {
  const sealed = Object.entries(document).filter(([name]) => name !== 'seal');
  return sha256(canonicalJson(Object.fromEntries(sealed)));
}

/** The answer to a wish to see the plan of one registration. Makes no write of any kind. */
export async function foreseenDocument(basis: Basis): Promise<object> {
  const plan = await foreseeFrom(basis);
  return 'steps' in plan ? registrationDocument(plan) : plan;
}

/** Reads a plan back, or says in one line what is wrong with it. */
export function readFleetDocument(
  raw: string,
): { readonly ok: true; readonly plan: FleetPlan } | { readonly ok: false; readonly why: string } {
  const value = parsed(raw);
  if (value === undefined) return { ok: false, why: 'it is not JSON' };
  const read = fleetPlan.safeParse(value);
  if (!read.success) return { ok: false, why: `it is no plan: ${placeOf(read.error)}` };
  const plan = planIn(read.data);
  const isWhole =
    plan.registrations.every((one) => one.hash === planHash(one)) &&
    plan.hash === fleetHash(plan.file, plan.registrations, plan.unforeseen) &&
    read.data.seal === sealOf(read.data);
  if (!isWhole)
    return { ok: false, why: 'it was changed after it was made: its hash does not fit' };
  return { ok: true, plan };
}

/** Reads the plan of one registration back; nothing when it is none. */
export function readRegistrationDocument(value: unknown): RegistrationPlan | undefined {
  const read = registrationPlan.safeParse(value);
  return read.success ? registrationIn(read.data) : undefined;
}

function registrationIn({
  steps,
  asks,
  ...rest
}: z.output<typeof registrationPlan>): RegistrationPlan {
  return {
    ...rest,
    steps: steps.map(({ why: _why, earliestAt, endAt, ...one }) => ({
      ...(withoutBlanks(one) as Step),
      earliestAt: Date.parse(earliestAt),
      ...(endAt === undefined ? {} : { endAt: Date.parse(endAt) }),
    })),
    asks: asks.map(({ reason, subject }): Ask => ({
      reason,
      ...(subject === undefined ? {} : { subject }),
    })),
  };
}

function planIn(data: z.output<typeof fleetPlan>): FleetPlan {
  const { v, madeAt, file, hash } = data;
  return {
    v,
    madeAt: Date.parse(madeAt),
    file,
    hash,
    unforeseen: data.unforeseen satisfies readonly Unforeseen[],
    registrations: data.registrations.map(registrationIn),
  };
}

/** Members without a value are not members. */
function withoutBlanks(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function stepDocument(one: Step): object {
  const { endAt, earliestAt, ...rest } = one;
  return {
    ...rest,
    why: whyOf(one),
    ...(endAt === undefined ? {} : { endAt: iso(endAt) }),
    earliestAt: iso(earliestAt),
  };
}

function askDocument({ reason, subject }: Ask): object {
  const { means, remedy } = { remedy: undefined, ...meaningOf(reason) };
  return {
    reason,
    ...(subject === undefined ? {} : { subject }),
    means,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function placeOf({ issues: [issue] }: z.ZodError): string {
  if (!issue || issue.path.length === 0) return 'it has not the members of one';
  return `${issue.path.map(String).join('.')} is not as it must be`;
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
