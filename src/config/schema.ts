/**
 * The shape of `keeper.yaml`: one strict schema, from which the reader, the messages and the JSON
 * Schema for editors are made. Rules that look at more than one value are in the `…-rules` files.
 */
import { z } from 'zod';
import { permissionNames } from '../core/permissions.ts';
import {
  type Words,
  explainPermission,
  explained,
  field,
  list,
  object,
  words,
} from './schema-fields.ts';

/** What a file gets where it is silent. */
export const defaults = {
  lifetimeDays: 730,
  renewBeforeDays: 60,
  tenant: 'common',
} as const;

/** Bounds of the vendors and of good sense, by audience where they differ. */
export const limits = {
  displayNameChars: { personal: 90, other: 120 },
  redirectUris: { personal: 100, other: 256 },
  redirectUriChars: 256,
  permissionsOfResource: 30,
  /** Below two weeks, a rotation that settles for a day and waits for a person has no margin. */
  lifetimeDays: { min: 14, max: 730 },
  /** Key Vault's limit, less the suffix of the secret that is not proven yet. */
  secretNameChars: 127 - '-pending'.length,
} as const;

/** Ids of registrations: they become names of blobs and part of a unique name that never changes. */
export const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** What to say of an id that does not fit. */
export const idInstead =
  'write 1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end';

// Without flags: the JSON Schema carries the pattern alone.
const guidPattern = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const domainPattern =
  /^(?=.{4,253}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;

const vaultName = field({
  schema: z.string().regex(/^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/),
  description: 'Name of the Key Vault (not its address).',
  noun: 'name of a vault',
  instead:
    'write the name alone, without address: 3 to 24 letters, digits and single hyphens, from a letter on',
});

const secret = object(
  'Where the client secret is kept, and how long one lives.',
  'where the secret is kept',
  {
    vault: vaultName,
    name: field({
      schema: z
        .string()
        .regex(/^[0-9a-zA-Z-]+$/)
        .max(limits.secretNameChars),
      description:
        'Name of the secret in the vault. Keeper keeps the one that works under it, and a new one that is not proven yet under the same name with `-pending` at the end.',
      noun: 'name of a secret',
      instead: `write 1 to ${limits.secretNameChars} letters, digits and hyphens`,
      mute: true,
    }),
    lifetimeDays: field({
      schema: z.int().min(limits.lifetimeDays.min).max(limits.lifetimeDays.max),
      description: 'Days that a new secret lives. A policy of the tenant may allow fewer.',
      noun: 'lifetime in days',
      instead: `write a whole number from ${limits.lifetimeDays.min} to ${limits.lifetimeDays.max}`,
      default: defaults.lifetimeDays,
    }).optional(),
    renewBeforeDays: field({
      schema: z
        .int()
        .min(1)
        .max(limits.lifetimeDays.max - 1),
      description:
        'Days before its end at which a secret is replaced; never more than a third of its lifetime.',
      noun: 'number of days before the end',
      instead: 'write a whole number from 1, smaller than lifetimeDays',
      default: defaults.renewBeforeDays,
    }).optional(),
  },
);

const apiKeyName = field({
  schema: z.string().regex(/^[0-9a-zA-Z-]{1,127}$/),
  description: 'Name of the vault secret that holds the Nylas API key.',
  noun: 'name of a secret',
  instead:
    'write the name of the vault secret that holds the Nylas API key (letters, digits and hyphens), never the key itself',
  mute: true,
});

const apiKeySecret = field({
  schema: z.union([
    apiKeyName,
    object('The same in another vault.', 'where the API key is kept', {
      vault: vaultName,
      name: apiKeyName,
    }),
  ]),
  description:
    'The vault secret that holds the API key of the Nylas application: a name in the same vault, or `vault` and `name`.',
  noun: 'name of a secret',
  instead:
    'write the name of the vault secret that holds the Nylas API key, or a map of vault and name; never the key itself',
  mute: true,
});

const permission = explained(
  z.enum(permissionNames).meta({ title: 'Delegated permission' }),
  explainPermission,
);

const connector = object('The `microsoft` connector of one Nylas application.', 'connector', {
  region: field({
    schema: z.enum(['us', 'eu']),
    description: 'Where the Nylas application lives.',
    noun: 'region of Nylas',
    instead: 'write us or eu',
  }),
  applicationId: field({
    schema: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
    description: 'Id of the Nylas application, as its dashboard shows it.',
    noun: 'id of a Nylas application',
    instead: 'write the application id from the Nylas dashboard, in quotes',
  }),
  apiKeySecret,
  tenant: field({
    schema: z.union([
      z.literal('common'),
      z.string().regex(guidPattern),
      z.string().regex(domainPattern),
    ]),
    description: 'Whose accounts may sign in: `common`, or the id (or a domain) of one directory.',
    noun: 'tenant that Nylas takes',
    instead: 'write common, or the id of your directory',
    default: defaults.tenant,
  }).optional(),
  name: field({
    schema: z.string().regex(/^(?!\s)[^\p{C}]{1,120}(?<!\s)$/u),
    description: 'A label for the connector in Nylas.',
    noun: 'label',
    instead: 'write 1 to 120 characters, with no space at either end',
  }).optional(),
  scopes: list({
    item: permission,
    description:
      'What new sign-ins ask for, unless the application says otherwise. Default: all permissions of the registration. What Nylas always needs is added.',
    noun: 'list of scopes',
    instead: 'write a list of permissions, or leave it out to ask for all of them',
  }).optional(),
  records: list({
    item: field({
      schema: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
      description: 'Id of a credential record of this connector.',
      noun: 'id of a credential record',
      instead: 'write the id that Nylas gave the record, in quotes',
    }),
    description:
      "Further credential records of the connector that hold this registration's secret.",
    noun: 'list of credential records',
    instead: 'write a list of ids, or leave it out',
  }).optional(),
  takeOver: field({
    schema: z.boolean(),
    description:
      'Consent to replace another client id on a live connector: all its users must sign in again.',
    noun: 'boolean',
    instead: 'write true or false',
    default: false,
  }).optional(),
});

const registration = object('An app registration in Microsoft Entra.', 'registration', {
  displayName: field({
    schema: z
      .string()
      .max(limits.displayNameChars.other)
      .regex(/^(?!\s)[^\p{C}]+(?<!\s)$/u),
    description: 'The name that your users see when they consent.',
    noun: 'display name',
    instead: `write 1 to ${limits.displayNameChars.other} characters (${limits.displayNameChars.personal} where personal accounts are admitted), with no space at either end`,
  }),
  audience: field({
    schema: z.enum(['organizations-and-personal', 'organizations', 'this-organization']),
    description:
      'Whose accounts may sign in: those of any organization and personal ones, of any organization, or of this one.',
    noun: 'audience',
    instead: 'write one of organizations-and-personal, organizations, this-organization',
  }),
  redirectUris: list({
    item: field({
      schema: z.union([z.enum(['hosted-us', 'hosted-eu']), z.string()]),
      description: "Nylas's own page of a region, or the address of yours.",
      noun: 'redirect URI',
      instead: 'write hosted-us, hosted-eu, or an address that begins with https://',
    }),
    description: 'Where Microsoft may send users back to.',
    noun: 'list of redirect URIs',
    instead: 'write a list such as [hosted-us]',
    filled: true,
  }),
  permissions: list({
    item: permission,
    description:
      'Delegated permissions of Microsoft Graph. What Nylas always needs (User.Read, offline_access, openid, profile) is added.',
    noun: 'list of permissions',
    instead: 'write a list such as [Calendars.ReadWrite]',
    filled: true,
  }),
  appId: field({
    schema: z.string().regex(guidPattern),
    description: 'Client id of an existing registration that Keeper shall adopt.',
    noun: 'client id',
    instead:
      'write the application (client) id of the existing registration, or leave it out to have one created',
  }).optional(),
  owns: list({
    item: field({
      schema: z.enum(['permissions', 'redirectUris']),
      description: 'A list from which Keeper removes what this file does not name.',
      noun: 'list that Keeper can own',
      instead: 'write permissions or redirectUris',
    }),
    description:
      'Lists that Keeper may shorten on a registration that it did not create. It owns all lists of those that it did.',
    noun: 'list of lists',
    instead: 'write [permissions, redirectUris], one of the two, or leave it out',
  }).optional(),
  renamedFrom: field({
    schema: z.string().regex(idPattern),
    description: 'The first id that this registration had in this file, if it has another now.',
    noun: 'id',
    instead: idInstead,
  }).optional(),
  secret,
  connectors: list({
    item: connector,
    description: 'The Nylas connectors that hold this registration.',
    noun: 'list of connectors',
    instead: 'write at least one, with region, applicationId and apiKeySecret',
    filled: true,
  }),
});

const registrationsInstead =
  'write at least one: its id and a colon, and below it, indented, displayName, audience, redirectUris, permissions, secret and connectors';

/** What to say where there are no registrations. */
export const noRegistrations: Words = {
  message: 'there is no registration',
  instead: registrationsInstead,
};

/** The whole file. */
export const fileSchema = object('How Keeper keeps your app registrations.', 'file', {
  registrations: explained(
    z.record(z.string(), registration).meta({
      description:
        'Registrations by an id that you choose and never change (see renamedFrom if you must).',
      minProperties: 1,
      propertyNames: { pattern: idPattern.source },
    }),
    words('map of registrations', registrationsInstead),
  ),
});

/** A file that has the right shape. */
export type FileShape = z.infer<typeof fileSchema>;

/** One registration of such a file. */
export type RegistrationShape = FileShape['registrations'][string];

/** One connector of such a registration. */
export type ConnectorShape = RegistrationShape['connectors'][number];

/** The JSON Schema that editors use to complete and check the file. */
export function editorSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'keeper.yaml', ...rest };
}
