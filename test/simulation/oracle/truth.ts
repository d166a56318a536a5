/** Role: what is so in the simulated world: who holds which secret. Seen with the vendors' own eyes. */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';

/** A client secret that Entra lists. */
export interface ListedSecret {
  readonly keyId: string;
  readonly text: string;
  readonly endAt: number;
  readonly displayName: string;
  readonly place: 'application' | 'service-principal';
}

/** What one credential record of a connector holds. */
export interface HeldSecret {
  readonly connector: string;
  readonly record: string;
  readonly isActive: boolean;
  readonly clientId: string;
  readonly text: string;
}

/** Everything about one registration. */
export interface MemberTruth {
  /** Live registrations under this member's name or client id. */
  readonly applications: readonly { readonly appId: string; readonly objectId: string }[];
  readonly listed: readonly ListedSecret[];
  readonly held: readonly HeldSecret[];
  readonly current:
    | { readonly version: string; readonly text: string; readonly enabled: boolean }
    | undefined;
  /** Texts that some enabled version of the two vault secrets holds. */
  readonly stored: ReadonlySet<string>;
}

/** Looks at one registration. */
export function truthAbout(cloud: Cloud, member: Member): MemberTruth {
  const applications = cloud.directory
    .applications()
    .filter((one) => one.uniqueName === `keeper-${member.key}` || one.appId === member.appId);
  const listed = applications.flatMap(({ appId, passwords }) => [
    ...passwords.map((one) => listedSecret(one, 'application')),
    ...(cloud.directory.servicePrincipal(appId)?.passwords ?? []).map((one) =>
      listedSecret(one, 'service-principal'),
    ),
  ]);
  const { state } = cloud.vault;
  const versions = [
    ...state.versions(member.secretName),
    ...state.versions(`${member.secretName}-pending`),
  ];
  const current = state.current(member.secretName);
  return {
    applications: applications.map(({ appId, id }) => ({ appId, objectId: id })),
    listed,
    held: member.connectors.flatMap((one) => heldBy(cloud, one)),
    current: current && { version: current.version, text: current.value, enabled: current.enabled },
    stored: new Set(versions.filter((one) => one.enabled).map((one) => one.value)),
  };
}

function listedSecret(
  one: { keyId: string; text: string; endAt: number; displayName?: string | null },
  place: ListedSecret['place'],
): ListedSecret {
  return {
    keyId: one.keyId,
    text: one.text,
    endAt: one.endAt,
    displayName: one.displayName ?? '',
    place,
  };
}

function heldBy(
  cloud: Cloud,
  { region, applicationId }: Member['connectors'][number],
): HeldSecret[] {
  const { connector } = cloud.nylas[region].hand.application(applicationId);
  if (!connector) return [];
  return [...connector.records.values()].map((record) => ({
    connector: `${region}/${applicationId}`,
    record: record.id,
    isActive: record.id === connector.activeId,
    clientId: record.data.clientId,
    text: record.data.clientSecret,
  }));
}

/** Would Entra accept it now, on a server that knows everything? */
export function isAccepted(cloud: Cloud, clientId: string, text: string, at: number): boolean {
  return text !== '' && cloud.directory.credentialWorks(clientId, text, at) === 'accepted';
}

/** Personal accounts: two secrets at the most, ended ones among them. */
export function areSlotsFull(cloud: Cloud, { applications, listed }: MemberTruth): boolean {
  const isPersonal = applications.some(({ appId }) =>
    cloud.directory.application(appId)?.signInAudience.includes('PersonalMicrosoftAccount'),
  );
  return isPersonal && listed.filter((one) => one.place === 'application').length >= 2;
}
