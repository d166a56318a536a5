/**
 * Role: the customers of one simulated run: registrations of every kind that Keeper may meet on its
 * first day, with their Nylas applications, and the file that wishes for them.
 */
import { parseDesired } from '../../src/config/desired-file.ts';
import type { Desired, DesiredRegistration } from '../../src/core/desired.ts';
import { dayMs } from '../../src/core/limits.ts';
import { basePermissions } from '../../src/core/permissions.ts';
import { keeperIdentity, type Cloud } from '../../src/local/cloud.ts';
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import { accessOf } from '../support/tenant.ts';

/** How a registration looks when Keeper first meets it. */
export type Beginning =
  /** Nothing exists. */
  | 'new'
  /** Made by hand, its secret in the vault and in the connectors. */
  | 'adopted'
  /** The same, and the vault holds nothing: the secret is only in the connectors. */
  | 'adopted-without-vault';

export interface MemberConnector {
  readonly region: 'us' | 'eu';
  readonly applicationId: string;
  readonly apiKeySecret: string;
  readonly mode: NylasMode;
  apiKey: string;
}

/** One registration and what belongs to it. */
export interface Member {
  readonly key: string;
  readonly beginning: Beginning;
  readonly audience: 'organizations-and-personal' | 'organizations';
  lifetimeDays: number;
  /** False while somebody has taken its entry out of the file. */
  isInFile: boolean;
  readonly renewBeforeDays: number;
  readonly secretName: string;
  readonly appId?: string;
  readonly connectors: readonly MemberConnector[];
}

export interface Fleet {
  readonly members: readonly Member[];
  /** The file as it is now. */
  desired(): Desired;
  /** Wishes of one member. */
  wishOf(member: Member): DesiredRegistration;
  /** To be called after a member was changed. */
  deploy(): void;
}

export interface FleetOptions {
  readonly cloud: Cloud;
  readonly random: Random;
  readonly now: number;
  readonly registrations: number;
  readonly modes: readonly NylasMode[];
}

/** Draws the customers and makes what they have. */
export function fleetOf(options: FleetOptions): Fleet {
  const { random } = options;
  const members = Array.from({ length: options.registrations }, (_, index) =>
    memberOf(options, random.fork(`member/${index}`), `customer-${index}`),
  );
  let desired: Desired | undefined;
  return {
    members,
    desired: () => (desired ??= parsed(members)),
    wishOf(member) {
      desired ??= parsed(members);
      const found = desired.registrations.find((one) => one.key === member.key);
      if (!found) throw new Error(`The file has no ${member.key}`);
      return found;
    },
    deploy() {
      desired = undefined;
    },
  };
}

function memberOf(options: FleetOptions, random: Random, key: string): Member {
  const beginning = random.pick([
    'new',
    'new',
    'adopted',
    'adopted',
    'adopted-without-vault',
  ] as const);
  const lifetimeDays = random.pick([730, 730, 730, 365, 365, 180]);
  const connectors = Array.from({ length: random.pick([1, 1, 2]) }, (_, index) =>
    connectorOf(options, random, `${key}-${index}`),
  );
  const member: Member = {
    key,
    beginning,
    audience: random.chance(0.75) ? 'organizations-and-personal' : 'organizations',
    lifetimeDays,
    isInFile: true,
    renewBeforeDays: random.pick([60, 60, 30]),
    secretName: `nylas-${key}`,
    connectors,
  };
  return beginning === 'new' ? member : { ...member, appId: madeByHand(options, random, member) };
}

function connectorOf(
  { cloud, modes }: FleetOptions,
  random: Random,
  name: string,
): MemberConnector {
  const region = random.pick(['us', 'eu'] as const);
  const mode = random.pick(modes);
  const { id, apiKey } = cloud.nylas[region].hand.addApplication({ mode });
  const apiKeySecret = `api-key-${name}`;
  cloud.vault.putByHand(apiKeySecret, { value: apiKey });
  return { region, applicationId: id, apiKeySecret, mode, apiKey };
}

/** A registration made in the portal, its secret in every connector, with a user or two. */
function madeByHand({ cloud, now }: FleetOptions, random: Random, member: Member): string {
  const { appId } = cloud.directory.addApplicationByHand(
    {
      displayName: `${member.key} by hand`,
      signInAudience:
        member.audience === 'organizations'
          ? 'AzureADMultipleOrgs'
          : 'AzureADandPersonalMicrosoftAccount',
      api: { requestedAccessTokenVersion: 2 },
      web: { redirectUris: redirectUrisOf(member) },
      requiredResourceAccess: accessOf(['Calendars.ReadWrite']),
    },
    { owners: [keeperIdentity.principalId] },
  );
  const endsInDays = random.pick([3, 20, 80, 300]);
  const { text } = cloud.directory.addPasswordByHand(appId, {
    displayName: 'made in the portal',
    startAt: now - (700 - endsInDays) * dayMs,
    endAt: now + endsInDays * dayMs,
  });
  if (member.beginning === 'adopted') cloud.vault.putByHand(member.secretName, { value: text });
  for (const { region, applicationId } of member.connectors) {
    const { hand } = cloud.nylas[region];
    hand.connectorByHand(applicationId, {
      name: 'Contoso',
      settings: { clientId: appId, clientSecret: text, tenant: 'common' },
      scope: [...basePermissions, 'Calendars.ReadWrite'],
    });
    hand.addGrant(applicationId, `user@${member.key}.example`);
  }
  return appId;
}

function redirectUrisOf(member: Pick<Member, 'connectors'>): readonly string[] {
  const regions = [...new Set(member.connectors.map((one) => one.region))].toSorted();
  return regions.map((one) => `https://api.${one}.nylas.com/v3/connect/callback`);
}

function parsed(members: readonly Member[]): Desired {
  const result = parseDesired(
    ['registrations:', ...members.filter((one) => one.isInFile).flatMap(linesOf)].join('\n'),
    'simulation',
  );
  if (!result.ok) throw new Error(JSON.stringify(result.errors, undefined, 1));
  return result.desired;
}

function linesOf(member: Member): readonly string[] {
  const regions = [...new Set(member.connectors.map((one) => one.region))].toSorted();
  return [
    `  ${member.key}:`,
    `    displayName: Contoso ${member.key}`,
    `    audience: ${member.audience}`,
    `    redirectUris: [${regions.map((one) => `hosted-${one}`).join(', ')}]`,
    '    permissions: [Calendars.ReadWrite]',
    '    owns: [permissions, redirectUris]',
    ...(member.appId === undefined ? [] : [`    appId: ${member.appId}`]),
    '    secret:',
    '      vault: demo',
    `      name: ${member.secretName}`,
    `      lifetimeDays: ${member.lifetimeDays}`,
    `      renewBeforeDays: ${Math.min(member.renewBeforeDays, Math.floor(member.lifetimeDays / 3))}`,
    '    connectors:',
    ...member.connectors.flatMap((one) => [
      `      - region: ${one.region}`,
      `        applicationId: ${one.applicationId}`,
      `        apiKeySecret: ${one.apiKeySecret}`,
      // A connector whose client id Nylas hides is touched with consent only.
      ...(member.beginning !== 'new' && !one.mode.clientIdReturned
        ? ['        takeOver: true']
        : []),
    ]),
  ];
}
