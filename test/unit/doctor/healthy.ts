/** Role: evidence of a Keeper with which all is well, and how a test makes one thing of it otherwise. */
import { parseDesired } from '../../../src/config/desired-file.ts';
import type { Desired } from '../../../src/core/desired.ts';
import type { Fault } from '../../../src/core/fault.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import { absent, known, unknown } from '../../../src/core/observed.ts';
import type { Examination } from '../../../src/doctor/check.ts';
import { diagnose, type Finding } from '../../../src/doctor/diagnose.ts';
import type {
  ConnectorEvidence,
  Evidence,
  RegistrationEvidence,
  VaultEvidence,
} from '../../../src/doctor/evidence.ts';
import { containerRights, queueRights } from '../../../src/doctor/needs.ts';
import type { Assignment } from '../../../src/doctor/ports.ts';

export const now = Date.UTC(2026, 10, 26, 12);
export const dayMs = 86_400_000;
const hourMs = 3_600_000;

export const appId = '11111111-0000-4000-8000-000000000001';
const applicationId = '22222222-0000-4000-8000-000000000002';
export const principalId = '33333333-0000-4000-8000-000000000003';
export const vaultId =
  '/subscriptions/s/resourceGroups/kept/providers/Microsoft.KeyVault/vaults/kvt';
export const storageId =
  '/subscriptions/s/resourceGroups/kept/providers/Microsoft.Storage/storageAccounts/st';

const file = `
registrations:
  calendar:
    displayName: Calendar
    audience: organizations-and-personal
    redirectUris: [hosted-us]
    permissions: [Calendars.ReadWrite]
    secret: { vault: kvt, name: nylas-calendar }
    connectors:
      - { region: us, applicationId: ${applicationId}, apiKeySecret: nylas-key }
`;

/** The file with one registration and one connector. */
function desired(): Desired {
  const read = parseDesired(file, 'hash');
  if (!read.ok) throw new Error('the file of the test is faulty');
  return read.desired;
}

const connectorId = `us/${applicationId}`;

/** A vault secret with one enabled version. */
function secret(expiresAt?: number) {
  const version = {
    version: 'v1',
    createdAt: now - 3 * dayMs,
    enabled: true,
    tags: {},
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { current: version, versions: [version] };
}

export const registrationEvidence: RegistrationEvidence = {
  registration: known({
    objectId: 'object-1',
    appId,
    displayName: 'Calendar',
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    tokenVersion: 2,
    redirectUris: ['https://api.us.nylas.com/v3/connect/callback'],
    access: [],
    tags: [],
    credentials: [],
  }),
  deleted: absent,
  servicePrincipal: known({ objectId: 'sp-1', enabled: true, credentials: [] }),
  owners: known([principalId]),
  policy: known({ forbidden: false }),
  current: known(secret()),
  pending: absent,
  deletedSecrets: known([]),
  chain: known({
    memory: { ...blankMemory(), registration: { objectId: 'object-1', appId, created: true } },
  }),
  status: known({
    id: 'calendar',
    state: 'healthy',
    reason: 'settled',
    standing: [],
    appId,
    credential: { keyId: 'k1', expiresAt: now + 700 * dayMs, renewsAt: now + 640 * dayMs },
    credentials: [],
    connectors: [],
    lookedAt: now - hourMs,
    nextLookAt: now + hourMs,
  }),
};

export const vaultEvidence: VaultEvidence = {
  name: 'kvt',
  answers: known(true),
  azure: known({ id: vaultId, hasPurgeProtection: true, usesRoles: true }),
  events: known({
    topicId: '/topic',
    subscriptions: [
      {
        name: 'keeper',
        state: 'Succeeded',
        destination:
          '/subscriptions/s/resourceGroups/apps/providers/Microsoft.Web/sites/func-worker/functions/vaultEvent',
        eventTypes: [
          'Microsoft.KeyVault.SecretNewVersionCreated',
          'Microsoft.KeyVault.SecretNearExpiry',
          'Microsoft.KeyVault.SecretExpired',
        ],
      },
    ],
  }),
  counts: known({ matched: 2, delivered: 2, lost: 0 }),
  versionAt: now - 3 * dayMs,
};

export const connectorEvidence: ConnectorEvidence = {
  registration: 'calendar',
  key: known(secret()),
  application: known({
    applicationId,
    region: 'us',
    callbackUris: ['https://app.example/callback'],
  }),
  elsewhere: absent,
  connector: known({ clientId: appId, scopes: [], records: [] }),
};

/** A role as Azure tells of it. */
export function assignment(scope: string, given: Partial<Assignment>): Assignment {
  return {
    scope,
    role: 'Role',
    actions: [],
    notActions: [],
    dataActions: [],
    notDataActions: [],
    ...given,
  };
}

export const assignments: readonly Assignment[] = [
  assignment(vaultId, { dataActions: ['Microsoft.KeyVault/vaults/secrets/*'] }),
  assignment(`${vaultId}/keys/checkpoint`, {
    dataActions: ['Microsoft.KeyVault/vaults/keys/sign/action'],
  }),
  ...Object.entries(containerRights).map(([name, { rights }]) =>
    assignment(`${storageId}/blobServices/default/containers/${name}`, {
      dataActions: rights.map((one) => one.name),
    }),
  ),
  assignment(`${storageId}/queueServices/default/queues/keeper-work`, {
    dataActions: queueRights.map((one) => one.name),
  }),
];

const locked = known({ isLocked: true, days: 730, allowsAppends: true });
const guarded = known({ hasPolicy: true, hasLegalHold: false });

/** What one changes of it, by part. */
export interface Changes {
  readonly evidence?: Partial<Evidence>;
  readonly registration?: Partial<RegistrationEvidence>;
  readonly vault?: Partial<VaultEvidence>;
  readonly connector?: Partial<ConnectorEvidence>;
  readonly settings?: Partial<Examination['settings']>;
  /** Settings to leave out. */
  readonly unset?: readonly (keyof Examination['settings'])[];
  readonly desired?: Desired;
}

/** All is well, but for the changes. */
export function examination(changes: Changes = {}): Examination {
  const settings = {
    clientId: 'c1',
    audience: 'a1',
    checkpointKey: 'https://kvt.vault.azure.net/keys/checkpoint',
    storageAccount: 'st',
    queue: 'keeper-work',
    file: 'keeper.yaml',
    graphUrl: 'https://graph.microsoft.com',
    nylasUrls: { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' },
    ...changes.settings,
  };
  for (const name of changes.unset ?? []) Reflect.deleteProperty(settings, name);
  const evidence: Evidence = {
    at: now,
    identity: known({ objectId: principalId, displayName: 'id-keeper' }),
    roles: known([
      {
        roleId: '18a4783c-866b-4cc7-a460-3d5e5662c884',
        resource: '00000003-0000-0000-c000-000000000000',
      },
    ]),
    assignments: known(assignments),
    registrations: new Map([['calendar', { ...registrationEvidence, ...changes.registration }]]),
    vaults: [{ ...vaultEvidence, ...changes.vault }],
    connectors: new Map([[connectorId, { ...connectorEvidence, ...changes.connector }]]),
    heads: known([
      {
        registration: 'calendar',
        lookedAt: now - hourMs,
        nextLookAt: now + hourMs,
        fingerprint: '',
        configuration: '',
        state: 'healthy',
        reason: 'settled',
      },
    ]),
    storage: known({ id: storageId }),
    protections: { audit: guarded, checkpoints: guarded },
    retentions: { audit: locked, checkpoints: locked },
    checkpointAt: known(now - hourMs),
    signingKey: known(true),
    signIn: known({
      roles: ['Keeper.Read', 'Keeper.Operate'],
      isAssignmentRequired: true,
      assigned: 2,
    }),
    clocks: [{ host: 'graph.microsoft.com', aheadMs: 300 }],
    stateWrites: known([
      { registration: 'calendar', lookedAt: now - hourMs, writtenAt: now - hourMs + 5_000 },
    ]),
    ...changes.evidence,
  };
  return { evidence, desired: changes.desired ?? desired(), settings, vaults: ['kvt'] };
}

/** What is found, but for what is fine. */
export function found(changes: Changes): readonly Finding[] {
  return diagnose(examination(changes)).filter(({ severity }) => severity !== 'fine');
}

/** A refusal by Graph or Azure: the caller may not look. */
export const denied: Fault = { kind: 'denied', vendor: 'graph', status: 403, code: 'Forbidden' };

/** Something that the caller may not see. */
export const unseen = unknown(denied);
