/** Random small worlds in which vendors and people have written the worst that clients let through. */
import fc from 'fast-check';
import type { Fault } from '../../src/core/fault.ts';
import {
  known,
  unknown,
  type ConnectorView,
  type Seen,
  type SeenCredential,
  type SeenSecret,
} from '../../src/core/observed.ts';
import type { PlanInput } from '../../src/core/plan.ts';
import { anyInput } from './arbitrary-input.ts';
import { inputNow } from './arbitrary-parts.ts';
import { hostileText, inheritedNames } from './hostile-values.ts';

const inherited: ReadonlySet<string> = new Set(inheritedNames);

/** What clients take for an id. */
const hostileId = hostileText.filter(
  (text) => text.length > 0 && text.length <= 200 && !inherited.has(text),
);

/** What clients take for a text. */
const text = hostileText.map((one) => one.slice(0, 4_096));

/** Any instant that a date can hold. */
const instant = fc.oneof(
  fc.constantFrom(-8_640_000_000_000_000, 0, inputNow, inputNow + 1, 8_640_000_000_000_000),
  fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
);

const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'not-yet', vendor: 'graph' },
  { kind: 'throttled', vendor: 'nylas', retryAfterMs: 86_400_000 },
  { kind: 'unavailable', vendor: 'vault', retryAfterMs: 0 },
  { kind: 'timeout', vendor: 'entra' },
  { kind: 'conflict', vendor: 'graph' },
  { kind: 'denied', vendor: 'nylas', code: 'api-key-missing' },
  { kind: 'policy', vendor: 'graph', rule: 'other' },
  { kind: 'limit', vendor: 'graph', what: 'size' },
  { kind: 'deleted-holds-name', vendor: 'vault' },
  { kind: 'absent', vendor: 'graph' },
  { kind: 'rejected', vendor: 'nylas' },
  { kind: 'malformed', vendor: 'graph', code: 'too-many-pages' },
);

const strange: fc.Arbitrary<SeenCredential> = fc.record({
  keyId: hostileId,
  displayName: text,
  hint: hostileText.map((one) => one.slice(0, 16)),
  startAt: instant,
  endAt: instant,
  place: fc.constantFrom('application', 'service-principal'),
});

const changes = fc.record({
  credentials: fc.array(strange, { maxLength: 4 }),
  displayName: text,
  audience: text,
  tokenVersion: fc.option(fc.integer()),
  uris: fc.array(text, { maxLength: 3 }),
  permissions: fc.array(hostileId, { maxLength: 3 }),
  tags: fc.array(text, { maxLength: 3 }),
  versionTags: fc.dictionary(hostileId, text),
  clientId: text,
  scopes: fc.array(text, { maxLength: 3 }),
  record: hostileId,
  recordAt: instant,
  fault: fc.option(fault),
  total: fc.nat(),
  which: fc.nat(7),
});

type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** Anything that the planner may be asked when what was seen is hostile. */
export const hostileInput: fc.Arbitrary<PlanInput> = fc
  .tuple(anyInput, changes)
  .map(([input, change]) => ({
    ...input,
    observed: {
      ...input.observed,
      registration: withFault(change, 0, registrationWith(input, change)),
      servicePrincipal: withFault(change, 1, input.observed.servicePrincipal),
      current: withFault(change, 2, secretWith(input.observed.current, change)),
      pending: withFault(change, 3, secretWith(input.observed.pending, change)),
      deletedSecrets: withFault(change, 4, input.observed.deletedSecrets),
      deletedRegistration: withFault(change, 5, input.observed.deletedRegistration),
      connectors: Object.fromEntries(
        Object.entries(input.observed.connectors).map(([id, view]) => [id, viewWith(view, change)]),
      ),
    },
  }));

function withFault<T>({ fault: why, which }: Changes, part: number, seen: Seen<T>): Seen<T> {
  return why !== null && which === part ? unknown(why) : seen;
}

function registrationWith(
  { observed }: PlanInput,
  change: Changes,
): PlanInput['observed']['registration'] {
  if (observed.registration.kind !== 'known') return observed.registration;
  const { value } = observed.registration;
  const access = change.permissions.map((id) => ({
    resourceAppId: id,
    id,
    type: 'Scope' as const,
  }));
  return known({
    ...value,
    displayName: change.displayName,
    signInAudience: change.audience,
    tokenVersion: change.tokenVersion,
    redirectUris: [...value.redirectUris, ...change.uris],
    access: [...value.access, ...access],
    tags: change.tags,
    credentials: [...value.credentials, ...change.credentials],
  });
}

function secretWith(seen: Seen<SeenSecret>, { versionTags }: Changes): Seen<SeenSecret> {
  if (seen.kind !== 'known') return seen;
  const tagged = { ...seen.value.current, tags: versionTags };
  return known({ current: tagged, versions: [tagged, ...seen.value.versions.slice(1)] });
}

function viewWith(view: ConnectorView, change: Changes): ConnectorView {
  if (view.connector.kind !== 'known') return view;
  const record = { id: change.record, updatedAt: change.recordAt };
  const { records } = view.connector.value;
  return {
    application: withFault(change, 6, view.application),
    connector: known({
      ...view.connector.value,
      clientId: change.clientId,
      tenant: change.clientId,
      name: change.displayName,
      scopes: change.scopes,
      activeRecordId: change.record,
      records: [...records, record],
    }),
    grants: withFault(change, 7, known({ total: change.total, invalid: change.total })),
  };
}
