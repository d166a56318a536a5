/**
 * What Graph's replies must look like, and their translation (docs/vendors.md#graph-registrations,
 * docs/vendors.md#graph-credentials).
 */
import { z } from 'zod';
import type { Permission } from '../core/desired.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import type { SeenCredential, SeenRegistration, SeenServicePrincipal } from '../core/observed.ts';
import type { ListedRegistration, RegistrationPatch } from '../reconcile/world.ts';
import { foreignId as id } from './foreign-id.ts';

const text = z.string().max(4_096);

/** An instant such as `2027-01-01T00:00:00.1234567Z`, in epoch milliseconds. */
const instant = z
  .string()
  .max(40)
  .transform((value) => Date.parse(value))
  .refine((at) => Number.isFinite(at));

/** The last instant that a date can hold: what has no end in the reply has none. */
const never = 8_640_000_000_000_000;

const password = z.object({
  keyId: id,
  displayName: text.nullish(),
  hint: z.string().max(16).nullish(),
  startDateTime: instant.nullish(),
  endDateTime: instant.nullish(),
});

type Password = z.infer<typeof password>;

const application = z.object({
  id,
  appId: id,
  uniqueName: text.nullish(),
  displayName: text,
  signInAudience: text,
  web: z.object({ redirectUris: z.array(text).max(2_000) }),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: id,
        resourceAccess: z.array(z.object({ id, type: z.enum(['Scope', 'Role']) })).max(2_000),
      }),
    )
    .max(2_000),
  tags: z.array(text).max(2_000),
  passwordCredentials: z.array(password).max(2_000),
});

type Application = z.infer<typeof application>;

/** Properties of a listing. Never `keyCredentials`: 150 requests a minute and tenant. */
export const listedProperties =
  'id,appId,uniqueName,displayName,signInAudience,web,requiredResourceAccess,tags,passwordCredentials';

/** Properties of a full read. */
export const readProperties = `${listedProperties},api`;

/** Properties of a service principal. */
export const principalProperties = 'id,appId,accountEnabled,passwordCredentials';

/** A full read of a registration. */
export const seenRegistration = application
  .extend({ api: z.object({ requestedAccessTokenVersion: z.number().int().nullish() }).nullish() })
  .transform((raw): SeenRegistration => ({
    objectId: raw.id,
    appId: raw.appId,
    ...uniqueNameOf(raw),
    displayName: raw.displayName,
    signInAudience: raw.signInAudience,
    tokenVersion: raw.api?.requestedAccessTokenVersion ?? null,
    redirectUris: raw.web.redirectUris,
    access: accessOf(raw),
    tags: raw.tags,
    credentials: raw.passwordCredentials.map((one) => credentialOf(one, 'application')),
  }));

/** One line of the listing. */
export const listedRegistration = application.transform((raw): ListedRegistration => ({
  appId: raw.appId,
  tags: raw.tags,
  ...uniqueNameOf(raw),
  fingerprint: fingerprintOf({
    displayName: raw.displayName,
    signInAudience: raw.signInAudience,
    redirectUris: raw.web.redirectUris,
    access: accessOf(raw),
    credentials: raw.passwordCredentials.map((one) => credentialOf(one, 'application')),
  }),
}));

/** A service principal. */
export const seenServicePrincipal = z
  .object({
    id,
    accountEnabled: z.boolean().nullish(),
    passwordCredentials: z.array(password).max(2_000),
  })
  .transform((raw): SeenServicePrincipal => ({
    objectId: raw.id,
    enabled: raw.accountEnabled ?? true,
    credentials: raw.passwordCredentials.map((one) => credentialOf(one, 'service-principal')),
  }));

/** The answer to addPassword: the only one that ever holds a secret's text. */
export const issuedPassword = password.extend({ secretText: z.string().min(1).max(512) });

/** The answer to a create. */
export const createdIds = z.object({ id, appId: id });

/** An application in the directory's deleted items. */
export const deletedApplication = z.object({ id, appId: id, uniqueName: text.nullish() });

/** Translates one password credential. Foreign ones may lack a name, a hint, a start, an end. */
export function credentialOf(raw: Password, place: SeenCredential['place']): SeenCredential {
  return {
    keyId: raw.keyId,
    displayName: raw.displayName ?? '',
    hint: raw.hint ?? '',
    startAt: raw.startDateTime ?? 0,
    endAt: raw.endDateTime ?? never,
    place,
  };
}

/** The body that writes a patch. Never `passwordCredentials`: sending a list drops credentials. */
export function bodyOf(patch: RegistrationPatch): Record<string, unknown> {
  return {
    ...(patch.displayName === undefined ? {} : { displayName: patch.displayName }),
    ...(patch.signInAudience === undefined ? {} : { signInAudience: patch.signInAudience }),
    ...(patch.tokenVersion === undefined
      ? {}
      : { api: { requestedAccessTokenVersion: patch.tokenVersion } }),
    ...(patch.redirectUris === undefined ? {} : { web: { redirectUris: patch.redirectUris } }),
    ...(patch.access === undefined ? {} : { requiredResourceAccess: resourcesOf(patch.access) }),
    ...(patch.tags === undefined ? {} : { tags: patch.tags }),
  };
}

/** Permissions grouped by resource, as Graph wants them: each resource once. */
function resourcesOf(access: readonly Permission[]): object[] {
  const byResource = Map.groupBy(access, (one) => one.resourceAppId);
  return [...byResource].map(([resourceAppId, permissions]) => ({
    resourceAppId,
    resourceAccess: permissions.map((one) => ({ id: one.id, type: one.type })),
  }));
}

function accessOf(raw: Application): readonly Permission[] {
  return raw.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) =>
    resourceAccess.map((one) => ({ resourceAppId, id: one.id, type: one.type })),
  );
}

function uniqueNameOf(raw: { readonly uniqueName?: string | null | undefined }): {
  readonly uniqueName?: string;
} {
  return raw.uniqueName === undefined || raw.uniqueName === null || raw.uniqueName === ''
    ? {}
    : { uniqueName: raw.uniqueName };
}
