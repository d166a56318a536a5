/**
 * Role: what an application may look like, with the stricter rules for applications that admit
 * personal accounts. Rules are checked on the state after a change, so a change of audience is
 * refused while any property breaks the new audience's rules. Facts:
 * docs/vendors.md#graph-registrations.
 */
import type { Application } from './directory-objects.ts';
import { admitsPersonalAccounts } from './directory-objects.ts';
import { PERSONAL_ACCOUNT_PASSWORDS } from './directory-passwords.ts';
import { invalid, type Refusal } from './directory-refusal.ts';

const TAG_CHARACTERS = 256;
const TEXT_CHARACTERS = 1_024;
const COLLECTION_ITEMS = 1_000;
const URI_CHARACTERS = 256;

/** Limits that depend on who may sign in. */
interface Limits {
  nameCharacters: number;
  redirectUris: number;
  permissions: number;
}

const ORGANISATION_LIMITS: Limits = { nameCharacters: 120, redirectUris: 256, permissions: 400 };
const PERSONAL_LIMITS: Limits = { nameCharacters: 90, redirectUris: 100, permissions: 200 };

/** The first rule that an application breaks. */
export function brokenRule(
  application: Application,
  { nationalCloud }: { nationalCloud: boolean },
): Refusal | undefined {
  const personal = admitsPersonalAccounts(application.signInAudience);
  const limits = personal ? PERSONAL_LIMITS : ORGANISATION_LIMITS;
  return (
    nameUnfit(application, limits) ??
    textUnfit(application) ??
    tagUnfit(application.tags) ??
    redirectUnfit(application, limits, personal) ??
    permissionsUnfit(application, limits, personal) ??
    tooManyItems(application) ??
    (personal ? personalAccountsUnfit(application, nationalCloud) : undefined)
  );
}

function nameUnfit({ displayName }: Application, limits: Limits): Refusal | undefined {
  if (displayName.length > 0 && displayName.length <= limits.nameCharacters) return undefined;
  return invalid(
    'displayName',
    `Invalid value specified for property 'displayName' of resource 'Application': 1 to ${limits.nameCharacters} characters are allowed.`,
  );
}

function textUnfit({ description, notes }: Application): Refusal | undefined {
  for (const [name, text] of Object.entries({ description, notes })) {
    if ((text ?? '').length > TEXT_CHARACTERS) {
      return invalid(name, `Property '${name}' exceeds ${TEXT_CHARACTERS} characters.`);
    }
  }
  return undefined;
}

function tagUnfit(tags: readonly string[]): Refusal | undefined {
  if (new Set(tags).size !== tags.length) return invalid('tags', 'Tags contain duplicates.');
  const unfit = tags.find(
    (tag) => tag.length === 0 || tag.length > TAG_CHARACTERS || /\s/u.test(tag),
  );
  return unfit === undefined
    ? undefined
    : invalid('tags', `Tag '${unfit}' has whitespace, or not between 1 and 256 characters.`);
}

function redirectUnfit(
  { web, spa, publicClient }: Application,
  limits: Limits,
  personal: boolean,
): Refusal | undefined {
  const count = [web, spa, publicClient].flatMap((platform) => platform.redirectUris).length;
  if (count > limits.redirectUris) {
    return invalid('redirectUris', `At most ${limits.redirectUris} redirect URIs are allowed.`);
  }
  for (const [platform, { redirectUris }] of Object.entries({ web, spa, publicClient })) {
    for (const uri of redirectUris) {
      const fault = redirectFault(uri, platform === 'publicClient', personal);
      if (fault !== undefined) {
        const message = `Redirect URI '${uri}' is not valid: ${fault}.`;
        return invalid(`${platform}.redirectUris`, message, 'InvalidRedirectUri');
      }
    }
  }
  return undefined;
}

function redirectFault(text: string, native: boolean, personal: boolean): string | undefined {
  if (text.length > URI_CHARACTERS) return `longer than ${URI_CHARACTERS} characters`;
  if (/[!$'(),;]/u.test(text)) return "it has one of the characters ! $ ' ( ) , ;";
  if (!URL.canParse(text)) return 'it is not an absolute URI';
  const uri = new URL(text);
  if (uri.hash !== '' || text.endsWith('#')) return 'it has a fragment';
  if (uri.hostname.includes('*')) return 'its host has a wildcard';
  if (personal && text.includes('?')) return 'it has query parameters';
  const isLocal = uri.hostname === 'localhost' || uri.hostname === '127.0.0.1';
  const isSafe = uri.protocol === 'https:' || (uri.protocol === 'http:' && isLocal);
  const isOwnScheme = native && uri.protocol !== 'http:';
  return isSafe || isOwnScheme ? undefined : 'it must start with https, or name localhost';
}

function permissionsUnfit(
  { requiredResourceAccess: asked }: Application,
  limits: Limits,
  personal: boolean,
): Refusal | undefined {
  const name = 'requiredResourceAccess';
  if (new Set(asked.map((one) => one.resourceAppId)).size !== asked.length) {
    return invalid(name, 'A resource is listed more than once.');
  }
  const total = asked.flatMap((one) => one.resourceAccess).length;
  if (total > limits.permissions) {
    return invalid(name, `At most ${limits.permissions} permissions are allowed.`);
  }
  if (!personal) return undefined;
  if (asked.length > 50) return invalid(name, 'At most 50 resources are allowed.');
  return asked.some((one) => one.resourceAccess.length > 30)
    ? invalid(name, 'At most 30 permissions a resource are allowed.')
    : undefined;
}

function tooManyItems(application: Application): Refusal | undefined {
  const items =
    application.tags.length +
    application.identifierUris.length +
    application.appRoles.length +
    application.passwords.length +
    application.web.redirectUris.length +
    application.spa.redirectUris.length +
    application.publicClient.redirectUris.length +
    application.api.oauth2PermissionScopes.length +
    application.requiredResourceAccess.flatMap((one) => one.resourceAccess).length;
  return items > COLLECTION_ITEMS
    ? invalid('application', 'The object has too many values in its collections.')
    : undefined;
}

function personalAccountsUnfit(
  application: Application,
  nationalCloud: boolean,
): Refusal | undefined {
  if (nationalCloud) {
    return invalid(
      'signInAudience',
      'Personal Microsoft accounts are not supported in this cloud.',
    );
  }
  if (application.api.requestedAccessTokenVersion !== 2) {
    return invalid(
      'api.requestedAccessTokenVersion',
      "Property api.requestedAccessTokenVersion is invalid: it must be 2 for this 'signInAudience'.",
      'InvalidAccessTokenVersion',
    );
  }
  if (application.appRoles.length > 0) {
    return invalid('appRoles', 'Application roles are not supported with personal accounts.');
  }
  if (application.passwords.length > PERSONAL_ACCOUNT_PASSWORDS) {
    return invalid('passwordCredentials', 'A maximum of 2 passwords is allowed for this audience.');
  }
  if (application.api.oauth2PermissionScopes.some(({ value }) => (value ?? '').length > 40)) {
    return invalid('api.oauth2PermissionScopes', 'Scope names are limited to 40 characters.');
  }
  const unfit = application.identifierUris.find(
    (uri) => uri.length > 120 || uri.startsWith('urn:') || /[*?#]/u.test(uri),
  );
  return unfit !== undefined || application.identifierUris.length > 50
    ? invalid('identifierUris', 'Identifier URIs are not valid for this audience.')
    : undefined;
}
