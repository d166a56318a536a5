import { describe, expect, it } from 'vitest';
import { exchangeResource } from '../../../src/core/permissions.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import { absent, known, unknown, valueOf } from '../../../src/core/observed.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Severity } from '../../../src/doctor/check.ts';
import { checks } from '../../../src/doctor/checks.ts';
import {
  appId,
  assignment,
  assignments,
  connectorEvidence,
  dayMs,
  denied,
  examination,
  found,
  now,
  principalId,
  registrationEvidence,
  storageId,
  unseen,
  vaultEvidence,
  vaultId,
  type Changes,
} from './healthy.ts';

const registration = valueOf(registrationEvidence.registration);
const application = valueOf(connectorEvidence.application);
const events = valueOf(vaultEvidence.events);
const held = valueOf(registrationEvidence.current);
if (!registration || !application || !events || !held) throw new Error('the evidence is not whole');
const [subscription] = events.subscriptions;
if (!subscription) throw new Error('the evidence has no subscription');

const graph = '00000003-0000-0000-c000-000000000000';
const disabled = { ...held.current, enabled: false };
const nylasRefusal = unknown({ kind: 'denied', vendor: 'nylas', status: 401 });
const other = { ...application, applicationId: 'another' };

/** What is otherwise, which check says so, how bad it is, what was seen, what to do. */
type Case = readonly [
  what: string,
  changes: Changes,
  check: string,
  severity: Severity,
  seen: RegExp,
  mend: RegExp,
];

const cases: readonly Case[] = [
  [
    'no identity in the directory',
    { evidence: { identity: absent } },
    'keeper-identity',
    'wrong',
    /no service principal/,
    /az identity list/,
  ],
  [
    'no identity in the settings',
    { unset: ['clientId'] },
    'keeper-identity',
    'unknown',
    /^not checked: KEEPER_CLIENT_ID/,
    /az functionapp identity show --resource-group apps --name func-worker/,
  ],
  [
    'no role at Graph',
    { evidence: { roles: known([]) } },
    'graph-role',
    'wrong',
    /Application\.ReadWrite\.OwnedBy/,
    /18a4783c-866b-4cc7-a460-3d5e5662c884/,
  ],
  [
    'a role for everything',
    {
      evidence: {
        roles: known([{ roleId: 'x', name: 'Application.ReadWrite.All', resource: graph }]),
      },
    },
    'graph-excess',
    'risky',
    /Application\.ReadWrite\.All/,
    /az rest --method delete/,
  ],
  [
    'a role at another resource',
    {
      evidence: {
        roles: known([
          { roleId: '18a4783c-866b-4cc7-a460-3d5e5662c884', resource: graph },
          { roleId: 'y', name: 'full_access', resource: 'exchange' },
        ]),
      },
    },
    'graph-excess',
    'risky',
    /full_access on exchange/,
    /appRoleId=='y'/,
  ],
  [
    'a registration in the bin',
    { registration: { registration: absent, deleted: known({ objectId: 'o', appId }) } },
    'registration',
    'wrong',
    /bin/,
    /Deleted applications/,
  ],
  [
    'a registration gone for good',
    { registration: { registration: absent } },
    'registration',
    'wrong',
    /was there and is gone/,
    /az ad app list/,
  ],
  [
    'a principal that is disabled',
    {
      registration: { servicePrincipal: known({ objectId: 's', enabled: false, credentials: [] }) },
    },
    'service-principal',
    'wrong',
    /disabled/,
    new RegExp(`az ad sp update --id ${appId}`),
  ],
  [
    'another owner',
    { registration: { owners: known(['somebody']) } },
    'owner',
    'wrong',
    /none of its owners/,
    new RegExp(`KEEPER_WORKER_PRINCIPAL_ID=${principalId} infra/adopt.sh ${appId}`),
  ],
  [
    'a policy without secrets',
    { registration: { policy: known({ forbidden: true }) } },
    'secrets-allowed',
    'wrong',
    /forbids/,
    /appManagementPolicies/,
  ],
  [
    'a policy of 90 days',
    { registration: { policy: known({ forbidden: false, maxLifetimeMs: 90 * dayMs }) } },
    'lifetime-allowed',
    'risky',
    /90 days/,
    /lifetimeDays: 89/,
  ],
  [
    'no redirect URI',
    { registration: { registration: known({ ...registration, redirectUris: [] }) } },
    'redirect-uris',
    'wrong',
    /AADSTS50011/,
    /az ad app update --id .* --web-redirect-uris 'https:\/\/api\.us\.nylas\.com/,
  ],
  [
    'EWS',
    {
      registration: {
        registration: known({
          ...registration,
          access: [
            {
              resourceAppId: exchangeResource,
              id: '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5',
              type: 'Scope',
            },
          ],
        }),
      },
    },
    'old-protocols',
    'wrong',
    /EWS\.AccessAsUser\.All/,
    /az ad app permission delete/,
  ],
  [
    'a vault that nobody has',
    { vault: { answers: unknown({ kind: 'unavailable', vendor: 'vault', code: 'ENOTFOUND' }) } },
    'vault',
    'wrong',
    /no vault of that name/,
    /az keyvault list/,
  ],
  [
    'access policies',
    { vault: { azure: known({ id: vaultId, hasPurgeProtection: true, usesRoles: false }) } },
    'vault-model',
    'wrong',
    /access policies/,
    /--enable-rbac-authorization true/,
  ],
  [
    'no purge protection',
    { vault: { azure: known({ id: vaultId, hasPurgeProtection: false, usesRoles: true }) } },
    'purge-protection',
    'risky',
    /off/,
    /--enable-purge-protection true/,
  ],
  [
    'a role that only reads secrets',
    {
      evidence: {
        assignments: known([
          ...assignments.slice(1),
          assignment(vaultId, {
            dataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action'],
          }),
        ]),
      },
    },
    'vault-rights',
    'wrong',
    /may not list versions, store secrets/,
    new RegExp(`--scope ${vaultId}`),
  ],
  [
    'a secret that is disabled',
    { registration: { current: known({ ...held, current: disabled }) } },
    'stored-secret',
    'wrong',
    /disabled/,
    /set-attributes --vault-name kvt --name nylas-calendar --version v1/,
  ],
  [
    'a secret among the deleted',
    { registration: { current: absent, deletedSecrets: known(['nylas-calendar']) } },
    'deleted-secret',
    'wrong',
    /not purged/,
    /az keyvault secret recover --vault-name kvt --name nylas-calendar/,
  ],
  [
    'no API key',
    { connector: { key: absent } },
    'api-key',
    'wrong',
    /no secret nylas-key in kvt/,
    /az keyvault secret set/,
  ],
  [
    'an API key that is disabled',
    { connector: { key: known({ ...held, current: disabled }) } },
    'api-key',
    'wrong',
    /disabled/,
    /--enabled true/,
  ],
  [
    'an API key near its end',
    {
      connector: {
        key: known({ ...held, current: { ...held.current, expiresAt: now + 10 * dayMs } }),
      },
    },
    'api-key-end',
    'risky',
    /ends in 10 days/,
    /--expires/,
  ],
  [
    'an API key past its end',
    {
      connector: {
        key: known({ ...held, current: { ...held.current, expiresAt: now - 3 * dayMs } }),
      },
    },
    'api-key-end',
    'wrong',
    /3 days ago/,
    /Nylas dashboard/,
  ],
  [
    'a key that Nylas refuses',
    { connector: { application: nylasRefusal, elsewhere: nylasRefusal, connector: nylasRefusal } },
    'nylas-key',
    'wrong',
    /revoked/,
    /curl .*api\.us\.nylas\.com/,
  ],
  [
    'a key that is none',
    {
      connector: {
        application: unknown({ kind: 'denied', vendor: 'nylas', code: 'api-key-unfit' }),
      },
    },
    'nylas-key',
    'wrong',
    /no API key/,
    /az keyvault secret set/,
  ],
  [
    'an application that is blocked',
    { connector: { application: unknown({ kind: 'denied', vendor: 'nylas', status: 423 }) } },
    'nylas-key',
    'wrong',
    /blocked/,
    /curl/,
  ],
  [
    'the other region',
    { connector: { application: nylasRefusal, elsewhere: known(application) } },
    'nylas-region',
    'wrong',
    /refused in us and taken in eu, for this/,
    /region: eu/,
  ],
  [
    'a stranger in the other region',
    { connector: { application: nylasRefusal, elsewhere: known(other) } },
    'nylas-region',
    'wrong',
    /another application/,
    /az keyvault secret set/,
  ],
  [
    'another application',
    { connector: { application: known(other), connector: absent } },
    'nylas-application',
    'wrong',
    /opens another/,
    /applicationId/,
  ],
  [
    'no callback',
    { connector: { application: known({ ...application, callbackUris: [] }) } },
    'nylas-callback',
    'risky',
    /lists none/,
    /redirect-uris/,
  ],
  [
    'another client id',
    { connector: { connector: known({ clientId: 'x', scopes: [], records: [] }) } },
    'connector-client',
    'wrong',
    /holds x/,
    /takeOver: true/,
  ],
  [
    'a client id that nobody tells',
    { connector: { connector: known({ scopes: [], records: [] }) } },
    'connector-client',
    'unknown',
    /^not checked: Nylas hides it/,
    /dashboard/,
  ],
  [
    'no topic',
    { vault: { events: absent, counts: absent } },
    'event-subscription',
    'wrong',
    /nothing is subscribed/,
    /azd deploy/,
  ],
  [
    'a subscription that leads elsewhere',
    {
      vault: {
        events: known({
          ...events,
          subscriptions: [{ ...subscription, destination: '/queues/q' }],
        }),
      },
    },
    'event-subscription',
    'wrong',
    /none of its 1/,
    /azd deploy/,
  ],
  [
    'a subscription that failed',
    {
      vault: {
        events: known({ ...events, subscriptions: [{ ...subscription, state: 'Failed' }] }),
      },
    },
    'event-subscription',
    'wrong',
    /Failed/,
    /azd deploy/,
  ],
  [
    'a subscription to half of it',
    {
      vault: {
        events: known({
          ...events,
          subscriptions: [{ ...subscription, eventTypes: ['Microsoft.KeyVault.SecretExpired'] }],
        }),
      },
    },
    'event-subscription',
    'risky',
    /SecretNewVersionCreated/,
    /azd deploy/,
  ],
  [
    'events that do not arrive',
    { vault: { counts: known({ matched: 3, delivered: 0, lost: 0 }) } },
    'event-delivery',
    'wrong',
    /of 3 events .* none/,
    /az functionapp function show --resource-group apps --name func-worker/,
  ],
  [
    'events that nobody saw',
    { vault: { counts: known({ matched: 0, delivered: 0, lost: 0 }) } },
    'event-delivery',
    'wrong',
    /no event of it came/,
    /azd deploy/,
  ],
  [
    'events that were lost',
    { vault: { counts: known({ matched: 3, delivered: 2, lost: 1 }) } },
    'event-delivery',
    'risky',
    /1 of its events/,
    /dead-letters/,
  ],
  [
    'a log that can be changed',
    {
      evidence: {
        protections: {
          audit: known({ hasPolicy: false, hasLegalHold: false }),
          checkpoints: known({ hasPolicy: true, hasLegalHold: false }),
        },
      },
    },
    'audit-immutable',
    'wrong',
    /no immutability policy/,
    /--resource-group kept --account-name st --container-name audit/,
  ],
  [
    'a log that is not locked',
    {
      evidence: {
        retentions: {
          audit: known({ isLocked: false, days: 7, allowsAppends: true }),
          checkpoints: known({ isLocked: true, days: 7, allowsAppends: true }),
        },
      },
    },
    'audit-immutable',
    'risky',
    /not locked/,
    /deploy\.md/,
  ],
  [
    'a log that nobody may append to',
    {
      evidence: {
        retentions: {
          audit: known({ isLocked: true, days: 7, allowsAppends: false }),
          checkpoints: known({ isLocked: true, days: 7, allowsAppends: true }),
        },
      },
    },
    'audit-immutable',
    'wrong',
    /cannot write/,
    /--allow-protected-append-writes true/,
  ],
  [
    'no container',
    {
      evidence: {
        protections: {
          audit: absent,
          checkpoints: known({ hasPolicy: true, hasLegalHold: false }),
        },
      },
    },
    'audit-immutable',
    'wrong',
    /no such container/,
    /container-rm create/,
  ],
  [
    'no key set',
    { unset: ['checkpointKey'] },
    'signing-key',
    'risky',
    /no key is set/,
    /KEEPER_CHECKPOINT_KEY/,
  ],
  [
    'no such key',
    { evidence: { signingKey: unknown({ kind: 'absent', vendor: 'vault', code: 'KeyNotFound' }) } },
    'signing-key',
    'wrong',
    /no key at/,
    /az keyvault key list-versions/,
  ],
  [
    'no right to sign',
    {
      evidence: {
        assignments: known(assignments.filter(({ scope }) => !scope.includes('/keys/'))),
      },
    },
    'signing-key',
    'wrong',
    /may not sign/,
    /Key Vault Crypto User/,
  ],
  [
    'no right to the queue',
    {
      evidence: {
        assignments: known(assignments.filter(({ scope }) => !scope.includes('/queues/'))),
      },
    },
    'storage-rights',
    'wrong',
    /may not read messages, send messages, take messages/,
    /Storage Queue Data Contributor/,
  ],
  [
    'the owner of a group',
    {
      evidence: {
        assignments: known([
          ...assignments,
          assignment('/subscriptions/s/resourceGroups/kept', { role: 'Owner', actions: ['*'] }),
        ]),
      },
    },
    'azure-excess',
    'risky',
    /give itself any right/,
    /az role assignment delete .*--role "Owner"/,
  ],
  [
    'a role over all vaults',
    {
      evidence: {
        assignments: known([
          ...assignments,
          assignment('/subscriptions/s', {
            role: 'Officer',
            dataActions: ['Microsoft.KeyVault/vaults/secrets/*'],
          }),
        ]),
      },
    },
    'azure-excess',
    'risky',
    /other vaults/,
    /az role assignment delete/,
  ],
  [
    'a role that deletes from the log',
    {
      evidence: {
        assignments: known([
          ...assignments,
          assignment(storageId, {
            role: 'Contributor',
            dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*'],
          }),
        ]),
      },
    },
    'azure-excess',
    'risky',
    /delete from the audit log/,
    /az role assignment delete/,
  ],
  [
    'nothing ever looked at',
    { evidence: { heads: known([]) } },
    'tick',
    'wrong',
    /ever been looked at/,
    /az functionapp restart --resource-group apps --name func-worker/,
  ],
  [
    'old checkpoints',
    { evidence: { checkpointAt: known(now - 5 * dayMs) } },
    'checkpoints',
    'wrong',
    /5 days old/,
    /keeper audit checkpoint/,
  ],
  [
    'a sign-in without its registration',
    { evidence: { signIn: absent } },
    'sign-in',
    'wrong',
    /names no registration/,
    /infra\/graph\.sh register/,
  ],
  [
    'a sign-in without roles',
    {
      evidence: {
        signIn: known({ roles: ['Keeper.Read'], isAssignmentRequired: true, assigned: 1 }),
      },
    },
    'sign-in',
    'wrong',
    /no role Keeper\.Operate/,
    /infra\/graph\.sh register/,
  ],
  [
    'a sign-in for everybody',
    {
      evidence: {
        signIn: known({
          roles: ['Keeper.Read', 'Keeper.Operate'],
          isAssignmentRequired: false,
          assigned: 1,
        }),
      },
    },
    'sign-in',
    'risky',
    /everybody/,
    /appRoleAssignmentRequired=true/,
  ],
  [
    'a sign-in for nobody',
    {
      evidence: {
        signIn: known({
          roles: ['Keeper.Read', 'Keeper.Operate'],
          isAssignmentRequired: true,
          assigned: 0,
        }),
      },
    },
    'sign-in',
    'wrong',
    /nobody holds a role/,
    /KEEPER_OPERATORS/,
  ],
  [
    'a clock two minutes behind',
    { evidence: { clocks: [{ host: 'h', aheadMs: -121_000 }] } },
    'clock',
    'risky',
    /2 minutes behind h/,
    /timedatectl/,
  ],
  [
    'no clock heard',
    { evidence: { clocks: [] } },
    'clock',
    'unknown',
    /^not checked: no vendor told the time/,
    /^$/,
  ],
  [
    'a worker that is ahead',
    {
      evidence: {
        stateWrites: known([{ registration: 'calendar', lookedAt: now, writtenAt: now - 600_000 }]),
      },
    },
    'worker-clock',
    'wrong',
    /10 minutes ahead/,
    /az functionapp restart/,
  ],
  [
    'a worker that is behind',
    {
      evidence: {
        stateWrites: known([
          { registration: 'calendar', lookedAt: now - 3_600_000, writtenAt: now },
        ]),
      },
    },
    'worker-clock',
    'wrong',
    /behind/,
    /az functionapp restart/,
  ],
];

describe('the checks', () => {
  it('find nothing where all is well, and each has something to say', () => {
    const findings = diagnose(examination());
    expect(findings.filter(({ severity }) => severity !== 'fine')).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
  });

  it.each(cases)('tell of %s', (_, changes, check, severity, seen, mend) => {
    const findings = found(changes).filter((one) => one.severity !== 'blocked');
    expect(findings.map(({ id }) => id)).toEqual([check]);
    const worst = findings[0]?.outcomes.find((one) => one.severity === severity);
    expect(worst?.seen).toMatch(seen);
    expect(worst?.mend.join('\n')).toMatch(mend);
  });

  it('are all tried here, but for those that only the embedded mode can try', () => {
    const tried = new Set(cases.map(([, , check]) => check));
    const left = checks.map(({ id }) => id).filter((id) => !tried.has(id));
    expect(left).toEqual(['foreign-secrets', 'needs-person']);
  });

  it('tell of a secret that the log does not know, and whether it is in the way', () => {
    const credential = {
      keyId: 'k9',
      displayName: '',
      hint: 'abc',
      startAt: 0,
      endAt: now + 100 * dayMs,
      place: 'application' as const,
    };
    const seenWith = (...credentials: readonly (typeof credential)[]): string | undefined =>
      found({
        registration: { registration: known({ ...registration, credentials: [...credentials] }) },
      }).find(({ id }) => id === 'foreign-secrets')?.outcomes[0]?.seen;
    expect(seenWith(credential)).toMatch(/^k9 .* is not of Keeper's making$/);
    expect(seenWith(credential, { ...credential, keyId: 'k8' })).toMatch(
      /ends before that is needed/,
    );
    const late = { ...credential, endAt: now + 720 * dayMs };
    expect(seenWith(late, { ...credential, keyId: 'k8' })).toMatch(/renewal cannot begin/);
    // One that has ended serves nobody.
    expect(seenWith({ ...credential, endAt: now - 1 })).toBeUndefined();
  });

  it('tell what Keeper says itself, in the words of the reason', () => {
    const status = valueOf(registrationEvidence.status);
    if (!status) throw new Error('there is no status');
    const waiting = known({
      ...status,
      standing: [{ reason: 'slots-full', subject: 'k1' } as const],
    });
    const [finding] = found({ registration: { status: waiting } });
    expect(finding).toMatchObject({ id: 'needs-person', severity: 'wrong' });
    expect(finding?.outcomes[0]?.seen).toMatch(/^slots-full \(k1\): Both secrets/);
  });

  it('take a registration that is yet to be made for well', () => {
    const chain = known({ memory: blankMemory() });
    const changes = { registration: { registration: absent, chain, status: absent } };
    expect(found(changes).filter(({ severity }) => severity !== 'blocked')).toEqual([]);
  });

  it('take a client id that Nylas hides and Keeper has written for well', () => {
    const memory = blankMemory();
    memory.connectors['us/22222222-0000-4000-8000-000000000002'] = {
      doubtful: [],
      records: {},
      clean: { keyId: 'k1', appId, intentAt: 1, doneAt: 2 },
    };
    const changes = {
      registration: { chain: known({ memory }) },
      connector: { connector: known({ scopes: [], records: [] }) },
    };
    expect(found(changes)).toEqual([]);
  });

  it('take the deed that an event led to for its delivery, where counts cannot be read', () => {
    const chain = { memory: blankMemory(), eventAt: now - 2 * dayMs };
    const counts = unseen;
    expect(found({ vault: { counts }, registration: { chain: known(chain) } })).toEqual([]);
    const older = known({ ...chain, eventAt: now - 9 * dayMs });
    expect(found({ vault: { counts }, registration: { chain: older } })).toMatchObject([
      { id: 'event-delivery', severity: 'unknown' },
    ]);
  });
});

describe('what cannot be looked at', () => {
  const parts: readonly [string, Changes, string][] = [
    ['the identity', { evidence: { identity: unseen } }, 'keeper-identity'],
    ['its roles', { evidence: { roles: unseen } }, 'graph-role'],
    ['its assignments', { evidence: { assignments: unseen } }, 'vault-rights'],
    ['a registration', { registration: { registration: unseen } }, 'registration'],
    ['owners', { registration: { owners: unseen } }, 'owner'],
    ['a service principal', { registration: { servicePrincipal: unseen } }, 'service-principal'],
    ['the policy', { registration: { policy: unseen } }, 'secrets-allowed'],
    ['a secret', { registration: { current: unseen } }, 'stored-secret'],
    ['deleted secrets', { registration: { deletedSecrets: unseen } }, 'deleted-secret'],
    ['the log', { registration: { chain: unseen } }, 'foreign-secrets'],
    ['the status', { registration: { status: unseen } }, 'needs-person'],
    ['a vault', { vault: { answers: unseen } }, 'vault'],
    ['Azure', { vault: { azure: unseen, events: unseen, counts: unseen } }, 'vault-model'],
    ['subscriptions', { vault: { events: unseen } }, 'event-subscription'],
    ['an API key', { connector: { key: unseen, application: unseen } }, 'api-key'],
    ['a connector', { connector: { connector: unseen } }, 'connector-client'],
    ['states', { evidence: { heads: unseen } }, 'tick'],
    ['checkpoints', { evidence: { checkpointAt: unseen } }, 'checkpoints'],
    ['the signing key', { evidence: { signingKey: unseen } }, 'signing-key'],
    ['the account', { evidence: { storage: unseen } }, 'storage-rights'],
    ['the sign-in', { evidence: { signIn: unseen } }, 'sign-in'],
    ['writes of states', { evidence: { stateWrites: unseen } }, 'worker-clock'],
    [
      'protection',
      { evidence: { protections: { audit: unseen, checkpoints: unseen } } },
      'audit-immutable',
    ],
    [
      'the lock',
      { evidence: { retentions: { audit: unseen, checkpoints: unseen } } },
      'audit-immutable',
    ],
  ];

  it.each(parts)('is said to be not checked: %s', (_, changes, check) => {
    const findings = diagnose(examination(changes));
    const told = findings.find(({ id }) => id === check);
    expect(told?.severity).toBe('unknown');
    const [outcome] = told?.outcomes.filter(({ severity }) => severity === 'unknown') ?? [];
    expect(outcome?.seen).toMatch(/^not checked: .*\(403 Forbidden\)$/);
    expect(outcome?.mend.join('')).toMatch(/^Run it with an account that may look/);
    const bad = findings.filter(({ severity }) => severity === 'wrong' || severity === 'risky');
    expect(bad).toEqual([]);
  });

  it('is never fine: nothing is, when nothing can be seen', () => {
    const nothing: Changes = {
      evidence: {
        identity: unseen,
        roles: unseen,
        assignments: unseen,
        heads: unseen,
        storage: unseen,
        protections: { audit: unseen, checkpoints: unseen },
        retentions: { audit: unseen, checkpoints: unseen },
        checkpointAt: unseen,
        signingKey: unseen,
        signIn: unseen,
        clocks: [],
        stateWrites: unseen,
      },
      registration: {
        registration: unseen,
        servicePrincipal: unseen,
        owners: unseen,
        policy: unseen,
        current: unseen,
        pending: unseen,
        deletedSecrets: unseen,
        chain: unseen,
        status: unseen,
      },
      vault: { answers: unseen, azure: unseen, events: unseen, counts: unseen },
      connector: { key: unseen, application: unseen, connector: unseen },
    };
    const findings = diagnose(examination(nothing));
    expect(new Set(findings.map(({ severity }) => severity))).toEqual(
      new Set(['unknown', 'blocked']),
    );
    expect(findings.map(({ id }) => id)).toEqual(checks.map(({ id }) => id));
  });

  it('is told with the way to sign in, when nobody is signed in', () => {
    const nobody = unknown({ ...denied, vendor: 'entra', code: 'CredentialUnavailableError' });
    const [finding] = found({ evidence: { signIn: nobody } });
    expect(finding?.outcomes).toMatchObject([
      { seen: 'not checked: nobody is signed in here', mend: ['az login'] },
    ]);
  });
});

describe('diagnose() of one group', () => {
  it('gives the checks of that group alone', () => {
    const groups = new Set(diagnose(examination(), 'nylas').map(({ group }) => group));
    expect(groups).toEqual(new Set(['nylas']));
  });

  it('tells what stands in its way, also where that belongs to another', () => {
    const findings = diagnose(examination({ evidence: { assignments: unseen } }), 'storage');
    const others = findings.filter(({ group }) => group !== 'storage');
    expect(others).toMatchObject([{ id: 'vault-rights', severity: 'unknown' }]);
  });
});

describe('each check', () => {
  it('names others that it leans on by ids that there are', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(ids.size).toBe(checks.length);
    expect(checks.flatMap(({ leansOn = [] }) => leansOn).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('says who tells the cause only of those that it leans on', () => {
    const all = [...cases.map(([, changes]) => changes), { evidence: { identity: unseen } }];
    for (const changes of all) {
      for (const { id, outcomes } of found(changes)) {
        const leansOn = checks.find((one) => one.id === id)?.leansOn ?? [];
        for (const { severity, seen } of outcomes) {
          if (severity === 'blocked') expect(leansOn, id).toContain(seen.replace(/^.*see /, ''));
        }
      }
    }
  });
});
