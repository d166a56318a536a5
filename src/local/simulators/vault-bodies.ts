/** Role: the JSON bodies of a simulated vault: bundles with a value, items without one. */
import type { DeletedSecret, SecretVersion, StoredSecret } from './vault-state.ts';

/** A page's worth of facts: where the vault was called, and how long it keeps deleted secrets. */
export interface BodyContext {
  /** Scheme, host and port that were called. */
  readonly origin: string;
  readonly recoverableDays: number;
  readonly recoveryLevel: string;
}

/** A version with its value. */
export function bundle(context: BodyContext, name: string, version: SecretVersion): object {
  return { value: version.value, ...versionItem(context, name, version) };
}

/** A version without its value, as lists of versions and replies to PATCH show it. */
export function versionItem(context: BodyContext, name: string, version: SecretVersion): object {
  return { id: `${secretId(context, name)}/${version.version}`, ...properties(context, version) };
}

/** A secret as lists show it: the properties of the current version under an id without version. */
export function secretItem(context: BodyContext, secret: StoredSecret): object {
  return { id: secretId(context, secret.name), ...properties(context, currentOf(secret)) };
}

/** A deleted secret; `withVersion` in replies about one, not in lists. */
export function deletedBody(
  context: BodyContext,
  secret: DeletedSecret,
  form: 'with-version' | 'item',
): object {
  const item =
    form === 'item'
      ? secretItem(context, secret)
      : versionItem(context, secret.name, currentOf(secret));
  return {
    recoveryId: `${context.origin}/deletedsecrets/${secret.name}`,
    deletedDate: seconds(secret.deletedAt),
    scheduledPurgeDate: seconds(secret.purgeAt),
    ...item,
  };
}

/** The current version: the one made last. */
function currentOf(secret: StoredSecret): SecretVersion {
  const current = secret.versions.at(-1);
  if (current === undefined) throw new Error(`Secret ${secret.name} has no versions`);
  return current;
}

function secretId({ origin }: BodyContext, name: string): string {
  return `${origin}/secrets/${name}`;
}

function properties(context: BodyContext, version: SecretVersion): object {
  return {
    ...(version.contentType !== undefined && { contentType: version.contentType }),
    attributes: attributesOf(context, version),
    ...(Object.keys(version.tags).length > 0 && { tags: version.tags }),
  };
}

/** The attributes that versions of secrets and of keys have alike. */
export function attributesOf(
  context: BodyContext,
  version: Pick<SecretVersion, 'enabled' | 'nbfSeconds' | 'expSeconds' | 'createdAt' | 'updatedAt'>,
): object {
  return {
    enabled: version.enabled,
    ...(version.nbfSeconds !== undefined && { nbf: version.nbfSeconds }),
    ...(version.expSeconds !== undefined && { exp: version.expSeconds }),
    created: seconds(version.createdAt),
    updated: seconds(version.updatedAt),
    recoveryLevel: context.recoveryLevel,
    recoverableDays: context.recoverableDays,
  };
}

function seconds(at: number): number {
  return Math.floor(at / 1000);
}
