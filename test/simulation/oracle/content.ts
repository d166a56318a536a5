/**
 * Role: whether registration and connectors are as the file wants them, apart from their secrets. All
 * members of the fleet want the same of them; what is wanted is written here once more, by the vendors' own ids.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';

const graph = '00000003-0000-0000-c000-000000000000';

/** User.Read, offline_access, openid, profile, Calendars.ReadWrite; docs/vendors.md tells where from. */
const permissionIds = [
  'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  '37f7f235-527c-4136-accd-4a02d197296e',
  '14dad69e-099b-42c9-810b-d002981feec1',
  '1ec239c2-d7c9-4623-a91a-a9775856bb36',
];
const scopes = ['User.Read', 'offline_access', 'openid', 'profile', 'Calendars.ReadWrite'];

const audiences = {
  'organizations-and-personal': 'AzureADandPersonalMicrosoftAccount',
  organizations: 'AzureADMultipleOrgs',
} as const;

/** What is not as it should be, in words. Nothing for a registration that is not there. */
export function contentFlaws(cloud: Cloud, member: Member, appId: string): readonly string[] {
  const application = cloud.directory.application(appId);
  if (!application) return [];
  const { web, requiredResourceAccess, signInAudience } = application;
  const listed = requiredResourceAccess
    .filter((one) => one.resourceAppId === graph)
    .flatMap((one) => one.resourceAccess.map(({ id }) => id));
  const uris = new Set(
    member.connectors.map(({ region }) => `https://api.${region}.nylas.com/v3/connect/callback`),
  );
  return [
    ...differing('the redirect URIs', web.redirectUris, [...uris]),
    ...differing('the permissions', listed, permissionIds),
    ...(signInAudience === audiences[member.audience] ? [] : ['the audience is another']),
    ...member.connectors.flatMap((one) => connectorFlaws(cloud, one)),
  ];
}

function connectorFlaws(
  cloud: Cloud,
  { region, applicationId }: Member['connectors'][number],
): readonly string[] {
  const { connector } = cloud.nylas[region].hand.application(applicationId);
  if (!connector) return [];
  const short = connector.scope.map((one) => one.slice(one.lastIndexOf('/') + 1));
  return differing(`the scopes of ${region}/${applicationId}`, short, scopes);
}

/** Two lists that should have the same members. */
function differing(
  what: string,
  found: readonly string[],
  wanted: readonly string[],
): readonly string[] {
  const isSame = found.length === wanted.length && wanted.every((one) => found.includes(one));
  return isSame ? [] : [`${what} are ${found.join(', ') || 'none'}`];
}
