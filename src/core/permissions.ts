/**
 * The delegated permissions of Microsoft Graph that Nylas uses, and the old mail protocols' ones
 * that Nylas v2 left behind. Ids are the same in every tenant; each was found equal in Microsoft's
 * own list and in an export of a live tenant.
 */
import type { Permission } from './desired.ts';

/** Microsoft Graph, as a resource. */
export const graphResource = '00000003-0000-0000-c000-000000000000';

/** Office 365 Exchange Online, as a resource. */
export const exchangeResource = '00000002-0000-0ff1-ce00-000000000000';

/** A delegated permission by its name. */
export interface DelegatedPermission {
  readonly name: string;
  readonly access: Permission;
  /** Only an administrator of a customer's directory can grant it, for all or for one user. */
  readonly adminConsent: boolean;
  /** Whether a personal Microsoft account can grant it. */
  readonly personalAccounts: boolean;
}

/** What Nylas needs of every registration: sign-in, the profile, and refresh tokens. */
export const basePermissions: readonly string[] = [
  'User.Read',
  'offline_access',
  'openid',
  'profile',
];

// Name, id, who may grant it. "organizations" and "administrators": no personal account can.
// Microsoft's list says so of `.Shared`; of the others its pages for each call do.
const table: readonly (readonly [string, string, 'anyone' | 'organizations' | 'administrators'])[] =
  [
    ['Calendars.Read', '465a38f9-76ea-45b9-9f34-9e8b0d4b0b42', 'anyone'],
    ['Calendars.Read.Shared', '2b9c4092-424d-4249-948d-b43879977640', 'organizations'],
    ['Calendars.ReadBasic', '662d75ba-a364-42ad-adee-f5f880ea4878', 'anyone'],
    ['Calendars.ReadWrite', '1ec239c2-d7c9-4623-a91a-a9775856bb36', 'anyone'],
    ['Calendars.ReadWrite.Shared', '12466101-c9b8-439a-8589-dd09ee67e8e9', 'organizations'],
    ['Contacts.Read', 'ff74d97f-43af-4b68-9f2a-b77ee6968c5d', 'anyone'],
    ['Contacts.Read.Shared', '242b9d9e-ed24-4d09-9a52-f43769beb9d4', 'organizations'],
    ['Contacts.ReadWrite', 'd56682ec-c09e-4743-aaf4-1a3aac4caa21', 'anyone'],
    ['Contacts.ReadWrite.Shared', 'afb6c84b-06be-49af-80bb-8f3f77004eab', 'organizations'],
    ['Mail.Read', '570282fd-fa5c-430d-a7fd-fc8dc98a9dca', 'anyone'],
    ['Mail.Read.Shared', '7b9103a5-4610-446b-9670-80643382c1fa', 'organizations'],
    ['Mail.ReadBasic', 'a4b8392a-d8d1-4954-a029-8e668a39a170', 'anyone'],
    ['Mail.ReadWrite', '024d486e-b451-40bb-833d-3e66d98c5c73', 'anyone'],
    ['Mail.ReadWrite.Shared', '5df07973-7d5d-46ed-9847-1271055cbd51', 'organizations'],
    ['Mail.Send', 'e383f46e-2787-4529-855e-0e479a3ffac0', 'anyone'],
    ['Mail.Send.Shared', 'a367ab51-6b49-43bf-a716-a1fb06d2a174', 'organizations'],
    ['MailboxSettings.Read', '87f447af-9fa4-4c32-9dfa-4a57a73d18ce', 'anyone'],
    ['MailboxSettings.ReadWrite', '818c620a-27a9-40bd-a6a5-d96f7d610b4b', 'anyone'],
    ['OnlineMeetingRecording.Read.All', '190c2bb6-1fdd-4fec-9aa2-7d571b5e1fe3', 'administrators'],
    ['OnlineMeetings.Read', '9be106e1-f4e3-4df5-bdff-e4bc531cbe43', 'organizations'],
    ['OnlineMeetings.ReadWrite', 'a65f2972-a4f8-4f5e-afd7-69ccb046d5dc', 'organizations'],
    ['OnlineMeetingTranscript.Read.All', '30b87d18-ebb1-45db-97f8-82ccb1f0190c', 'administrators'],
    ['People.Read', 'ba47897c-39ec-4d83-8086-ee8256fa737d', 'anyone'],
    ['Place.Read.All', 'cb8f45a0-5c2e-4ea1-b803-84b870a7d7ec', 'administrators'],
    ['User.Read', 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', 'anyone'],
    ['User.ReadBasic.All', 'b340eb25-3456-403f-be2f-af7a0d370277', 'organizations'],
    ['email', '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0', 'anyone'],
    ['offline_access', '7427e0e9-2fba-42fe-b0c0-848c9e6a8182', 'anyone'],
    ['openid', '37f7f235-527c-4136-accd-4a02d197296e', 'anyone'],
    ['profile', '14dad69e-099b-42c9-810b-d002981feec1', 'anyone'],
  ];

// Mail protocols that Nylas v2 spoke. Version 3 speaks Graph alone and grants are bound to that.
const legacyTable: readonly (readonly [string, string, string])[] = [
  ['EAS.AccessAsUser.All', graphResource, 'ff91d191-45a0-43fd-b837-bd682c4a0b0f'],
  ['EWS.AccessAsUser.All', graphResource, '9769c687-087d-48ac-9cb3-c37dde652038'],
  ['EWS.AccessAsUser.All', exchangeResource, '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5'],
  ['IMAP.AccessAsUser.All', graphResource, '652390e4-393a-48de-9484-05f9b1212954'],
  ['POP.AccessAsUser.All', graphResource, 'd7b7f2d9-0f45-4ea1-9d42-e50810c06991'],
  ['SMTP.Send', graphResource, '258f6531-6087-4cc4-bb90-092c5fb3ed3f'],
];

const permissions: ReadonlyMap<string, DelegatedPermission> = new Map(
  table.map(([name, id, grantedBy]) => [
    name,
    {
      name,
      access: { resourceAppId: graphResource, id, type: 'Scope' },
      adminConsent: grantedBy === 'administrators',
      personalAccounts: grantedBy === 'anyone',
    },
  ]),
);

const namesByKey: ReadonlyMap<string, string> = new Map([
  ...table.map(([name, id]) => [permissionKey(graphResource, id), name] as const),
  ...legacyTable.map(([name, resource, id]) => [permissionKey(resource, id), name] as const),
]);

const legacyKeys: ReadonlySet<string> = new Set(
  legacyTable.map(([, resource, id]) => permissionKey(resource, id)),
);

const legacyNames: ReadonlySet<string> = new Set(legacyTable.map(([name]) => name.toLowerCase()));

/** All names that a file may ask for, in the order of the table. */
export const permissionNames: readonly string[] = table.map(([name]) => name);

/** The permission of exactly this name, if a file may ask for it. */
export function permissionNamed(name: string): DelegatedPermission | undefined {
  return permissions.get(name);
}

/** The name of a permission found on a registration, legacy ones included, if it is known. */
export function nameOfPermission(permission: Permission): string | undefined {
  if (permission.type !== 'Scope') return undefined;
  return namesByKey.get(permissionKey(permission.resourceAppId, permission.id));
}

/** True for what Nylas v2 needed and v3 does not: EWS, EAS, IMAP, POP and SMTP for a user. */
export function isLegacyPermission(permission: Permission): boolean {
  if (permission.type !== 'Scope') return false;
  return legacyKeys.has(permissionKey(permission.resourceAppId, permission.id));
}

/** True for the name of a legacy permission, in any letter case. */
export function isLegacyPermissionName(name: string): boolean {
  return legacyNames.has(name.toLowerCase());
}

// Vendors answer guids in either case.
function permissionKey(resourceAppId: string, id: string): string {
  return `${resourceAppId}/${id}`.toLowerCase();
}
