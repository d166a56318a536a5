/**
 * Role: request bodies of the simulated Graph, checked. Secrets cannot be set by POST or PATCH of
 * the object, so such a body is refused. Facts: docs/vendors.md#graph-credentials.
 */
import { z } from 'zod';
import type { ApplicationPatch, ServicePrincipalPatch } from './directory-objects.ts';
import type { PasswordRequest } from './directory-passwords.ts';
import { invalid, Refusal } from './directory-refusal.ts';

const texts = z.array(z.string());
const text = z.string().nullable();

const applicationBody = z.strictObject({
  displayName: z.string().optional(),
  description: text.optional(),
  notes: text.optional(),
  signInAudience: z
    .enum([
      'AzureADMyOrg',
      'AzureADMultipleOrgs',
      'AzureADandPersonalMicrosoftAccount',
      'PersonalMicrosoftAccount',
    ])
    .optional(),
  uniqueName: text.optional(),
  tags: texts.optional(),
  identifierUris: texts.optional(),
  api: z
    .strictObject({
      requestedAccessTokenVersion: z.int().nullable().optional(),
      acceptMappedClaims: z.boolean().nullable().optional(),
      knownClientApplications: texts.optional(),
      oauth2PermissionScopes: z.array(z.looseObject({ id: z.guid(), value: text })).optional(),
    })
    .optional(),
  web: z
    .strictObject({
      redirectUris: texts.optional(),
      homePageUrl: text.optional(),
      logoutUrl: text.optional(),
      implicitGrantSettings: z
        .strictObject({
          enableIdTokenIssuance: z.boolean().optional(),
          enableAccessTokenIssuance: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
  spa: z.strictObject({ redirectUris: texts.optional() }).optional(),
  publicClient: z.strictObject({ redirectUris: texts.optional() }).optional(),
  requiredResourceAccess: z
    .array(
      z.strictObject({
        resourceAppId: z.guid(),
        resourceAccess: z.array(z.strictObject({ id: z.guid(), type: z.enum(['Scope', 'Role']) })),
      }),
    )
    .optional(),
  appRoles: z.array(z.record(z.string(), z.unknown())).optional(),
});

const principalBody = z.strictObject({
  appId: z.guid().optional(),
  displayName: z.string().optional(),
  accountEnabled: z.boolean().optional(),
  tags: texts.optional(),
  notes: text.optional(),
});

const addPasswordBody = z.strictObject({
  passwordCredential: z
    .looseObject({
      displayName: text.optional(),
      startDateTime: text.optional(),
      endDateTime: text.optional(),
    })
    .nullable()
    .optional(),
});

const removePasswordBody = z.strictObject({ keyId: z.guid() });
const ownerBody = z.strictObject({ '@odata.id': z.url() });

/** Body of POST and PATCH of an application. */
export function readApplicationBody(body: string): ApplicationPatch | Refusal {
  return read(applicationBody, body, 'Application');
}

/** Body of POST and PATCH of a service principal. */
export function readPrincipalBody(
  body: string,
): (ServicePrincipalPatch & { appId?: string | undefined }) | Refusal {
  return read(principalBody, body, 'ServicePrincipal');
}

/** Body of addPassword; all of it is optional, and what the vendor ignores is ignored. */
export function readPasswordRequest(body: string): PasswordRequest | Refusal {
  const found = read(addPasswordBody, body === '' ? '{}' : body, 'passwordCredential');
  return found instanceof Refusal ? found : (found.passwordCredential ?? {});
}

/** Body of removePassword. */
export function readKeyId(body: string): string | Refusal {
  const found = read(removePasswordBody, body, 'removePassword');
  return found instanceof Refusal ? found : found.keyId;
}

/** Body of POST …/owners/$ref: the object id at the end of the reference. */
export function readOwnerReference(body: string): string | Refusal {
  const found = read(ownerBody, body, 'owners', { keepAnnotations: true });
  if (found instanceof Refusal) return found;
  return new URL(found['@odata.id']).pathname.split('/').at(-1) ?? '';
}

/** The audience that a body asks for, if it can be read at all; for throttling. */
export function audienceIn(body: string): string | undefined {
  const found = z.looseObject({ signInAudience: z.string().optional() }).safeParse(parsed(body));
  return found.success ? found.data.signInAudience : undefined;
}

function read<T>(
  schema: z.ZodType<T>,
  body: string,
  resource: string,
  { keepAnnotations = false }: { keepAnnotations?: boolean } = {},
): T | Refusal {
  const json = parsed(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return new Refusal(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  const named = Object.entries(json).filter(
    ([name]) => keepAnnotations || !name.includes('@odata'),
  );
  if (named.some(([name]) => name === 'passwordCredentials')) {
    return invalid(
      'passwordCredentials',
      'Updates to passwordCredentials are not supported here: use addPassword and removePassword.',
    );
  }
  const found = schema.safeParse(Object.fromEntries(named));
  return found.success ? found.data : complaint(found.error.issues[0], resource);
}

function complaint(issue: z.core.$ZodIssue | undefined, resource: string): Refusal {
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    return invalid(
      name,
      `Invalid property '${name}', or one that cannot be set.`,
      'InvalidProperty',
    );
  }
  const name = issue?.path.join('.') ?? '';
  return invalid(name, `Invalid value specified for property '${name}' of resource '${resource}'.`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
