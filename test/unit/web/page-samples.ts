/** Registrations as the pages meet them: one good sample, and what tests change about it. */
import type { RegistrationPlan } from '../../../src/foresight/step.ts';
import { dayMs, hourMs, minuteMs } from '../../../src/core/limits.ts';
import type { RegistrationStatus } from '../../../src/core/status.ts';
import type {
  ConfirmModel,
  OverviewModel,
  RegistrationGlance,
  RegistrationModel,
} from '../../../src/web/page/model.ts';

/** 25 November 2026, 22:12 UTC. */
export const now = Date.UTC(2026, 10, 25, 22, 12);

export const servingKey = '3f2a91c0-7b1d-4e57-9a55-1c5f6f1b2d01';
export const oldKey = 'b81e44d7-0c2a-4f0e-8f3b-5a7d9e6c1a02';
const appId = '6d0e3c9a-52f4-4b7b-8a1e-90b1c7d2e403';

/** The status of a settled registration with two connectors. */
export function statusSample(changes: Partial<RegistrationStatus> = {}): RegistrationStatus {
  return {
    id: 'calendar',
    state: 'healthy',
    reason: 'old-credential-ending',
    standing: [{ reason: 'old-credential-ending', subject: oldKey }],
    appId,
    credential: { keyId: servingKey, expiresAt: now + 168 * dayMs },
    credentials: [
      { keyId: oldKey, expiresAt: now + 19 * dayMs, role: 'old', place: 'application' },
      { keyId: servingKey, expiresAt: now + 168 * dayMs, role: 'serving', place: 'application' },
    ],
    connectors: [
      {
        id: 'us/8f1b2c3d-calendar-production',
        clientId: appId,
        keyId: servingKey,
        switchedAt: now - 11 * dayMs,
        grants: { total: 1_284, invalid: 3 },
      },
      {
        id: 'eu/0a9b8c7d-calendar-production',
        clientId: appId,
        keyId: servingKey,
        switchedAt: now - 11 * dayMs + hourMs,
        grants: { total: 92, invalid: 0 },
      },
    ],
    lookedAt: now - 4 * minuteMs,
    nextLookAt: now + 3 * hourMs,
    ...changes,
  };
}

/** A registration; without changes it is well. */
export function glanceSample(
  changes: Partial<RegistrationGlance> = {},
  status: Partial<RegistrationStatus> = {},
): RegistrationGlance {
  return {
    id: 'calendar',
    displayName: 'Calendar sync',
    status: statusSample(status),
    sinceAt: now - 11 * dayMs,
    renewalAt: now + 138 * dayMs,
    ...changes,
  };
}

export const foreignKey = '9c1d7f20-44ab-4e0e-a1f3-7f0e2b9c1a03';

/** One beside whose credentials somebody has put another. */
export function foreignSample(place: 'application' | 'service-principal'): RegistrationGlance {
  const foreign = {
    keyId: foreignKey,
    expiresAt: now + 300 * dayMs,
    role: 'foreign',
    place,
  } as const;
  return glanceSample({}, { credentials: [...statusSample().credentials, foreign] });
}

/** One that needs a person. */
export function needingSample(changes: Partial<RegistrationGlance> = {}): RegistrationGlance {
  return glanceSample(
    { id: 'mail-archive', displayName: 'Mail archive', sinceAt: now - 3 * hourMs, ...changes },
    {
      state: 'needs-person',
      reason: 'vault-denied',
      standing: [{ reason: 'vault-denied' }, { reason: 'time-short', subject: servingKey }],
      credential: { keyId: servingKey, expiresAt: now + 2.5 * dayMs },
    },
  );
}

/** One that waits. */
export function waitingSample(changes: Partial<RegistrationGlance> = {}): RegistrationGlance {
  return glanceSample(
    { id: 'contacts', displayName: 'contacts', sinceAt: now - 5 * hourMs, ...changes },
    { state: 'waiting', reason: 'settling', standing: [{ reason: 'settling' }] },
  );
}

/** One that is as the file says. */
export function settledSample(id: string): RegistrationGlance {
  return glanceSample(
    { id, displayName: id },
    { reason: 'settled', standing: [], connectors: statusSample().connectors.slice(1) },
  );
}

/** An overview of five. */
export function overviewSample(changes: Partial<OverviewModel> = {}): OverviewModel {
  return {
    now,
    mayOperate: true,
    fileErrors: [],
    registrations: [
      glanceSample(),
      settledSample('crm'),
      settledSample('rooms'),
      settledSample('intranet'),
      settledSample('scheduler'),
    ],
    page: 1,
    unmanaged: [],
    ...changes,
  };
}

/** The page of one registration. */
export function registrationSample(changes: Partial<RegistrationModel> = {}): RegistrationModel {
  return {
    now,
    mayOperate: true,
    fileErrors: [],
    registration: glanceSample(),
    frozenUntilAt: null,
    lives: new Map([
      [
        servingKey,
        {
          issuedAt: now - 12 * dayMs,
          provedAt: now - 12 * dayMs + 3 * minuteMs,
          promotedAt: now - 11 * dayMs,
        },
      ],
      [
        oldKey,
        {
          issuedAt: now - 161 * dayMs,
          provedAt: now - 161 * dayMs,
          promotedAt: now - 160 * dayMs,
        },
      ],
    ]),
    plan: [
      {
        sign: '-',
        text: `remove credential ${oldKey.slice(0, 8)} from Entra`,
        reason: 'It has ended by then, and nobody uses it.',
        earliestAt: now + 19 * dayMs,
      },
      {
        sign: '+',
        text: 'issue a new credential, and prove it',
        reason: 'Renewal is due.',
        earliestAt: now + 138 * dayMs,
      },
    ],
    entries: [
      { at: now - 11 * dayMs, text: 'done: give connector eu/0a9b8c7d credential 3f2a91c0…' },
      { at: now - 11 * dayMs, text: 'is about to give connector eu/0a9b8c7d credential 3f2a91c0…' },
      { at: now - 12 * dayMs, text: 'credential 3f2a91c0… works' },
      { at: now - 12 * dayMs, text: 'done: store credential 3f2a91c0… in the vault' },
    ],
    ...changes,
  };
}

/** The confirmation of a rotation. */
export function confirmSample(changes: Partial<ConfirmModel> = {}): ConfirmModel {
  return {
    now,
    mayOperate: true,
    registration: glanceSample(),
    order: { kind: 'rotate' },
    ...changes,
  };
}

/** A plan with a step of each sign, and what only a person can do. */
export function planSample(changes: Partial<RegistrationPlan> = {}): RegistrationPlan {
  return {
    registration: 'calendar',
    key: 'calendar',
    configuration: 'c'.repeat(64),
    credentials: [oldKey, servingKey],
    steps: [
      {
        sign: '~',
        kind: 'update-registration',
        subject: 'Contoso Calendar',
        changes: [
          { what: 'audience', from: 'AzureADMyOrg', to: 'AzureADandPersonalMicrosoftAccount' },
          { what: 'permission', from: 'EWS.AccessAsUser.All' },
          { what: 'permission', to: 'Calendars.ReadWrite' },
        ],
        patch: 'p',
        because: 'drift',
        earliestAt: now,
      },
      {
        sign: '+',
        kind: 'add-credential',
        subject: 'Contoso Calendar',
        keyId: 'new-credential-1',
        changes: [],
        because: 'due',
        endAt: now + 730 * dayMs,
        earliestAt: now,
      },
      {
        sign: '~',
        kind: 'push-credential',
        subject: 'us/3f0c8a1e-5b7d-4c2a-9e64-1d2b7f8a9c01',
        keyId: 'new-credential-1',
        changes: [{ what: 'credential', from: servingKey, to: 'new-credential-1' }],
        because: 'rotation',
        earliestAt: now + dayMs,
      },
      {
        sign: '-',
        kind: 'remove-credential',
        subject: 'Contoso Calendar',
        keyId: oldKey,
        changes: [],
        because: 'cleanup',
        earliestAt: now,
      },
    ],
    asks: [{ reason: 'slots-full', subject: oldKey }],
    unseen: ['nylas timeout'],
    hash: 'a'.repeat(64),
    ...changes,
  };
}
