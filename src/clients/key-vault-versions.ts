/** A secret's versions, and which of them is the current one, from several reads that may disagree. */
import type { SecretClient } from '@azure/keyvault-secrets';
import { failure, success, type Result } from '../core/fault.ts';
import type { SeenSecret, SeenVersion } from '../core/observed.ts';
import { Secret } from '../core/secret.ts';
import { malformed } from './fault.ts';
import { currentFirst, type Newest } from './key-vault-order.ts';
import { faultOf, isDisabled, isNotFound } from './key-vault-refusals.ts';
import { valueOf, versionOf } from './key-vault-shapes.ts';
import { namedVersions, versionPages } from './limits.ts';
import { retryRead, type Patience } from './retry-read.ts';

/** One secret, and how to ask for it. */
export interface SecretInVault {
  readonly patience: Patience;
  readonly client: SecretClient;
  readonly name: string;
}

/** Versions as listed; not whole where the list had more pages than are read. */
interface Listed {
  readonly versions: readonly SeenVersion[];
  readonly isWhole: boolean;
}

/**
 * Lists the versions, and asks for the newest by its name alone. Creation has a resolution of one
 * second, so that answer settles which one readers get. The two are read again once when a write
 * came in between. Of a list that does not end, those that are `named` are asked for one by one;
 * without such names it is `malformed` with code `too-many-pages`.
 */
export async function readSecret(
  secret: SecretInVault,
  named?: readonly string[],
): Promise<Result<SeenSecret | undefined>> {
  let isLast = false;
  for (;;) {
    const listed = await readVersions(secret);
    if (!listed.ok) return listed;
    const { versions, isWhole } = listed.value;
    if (!isWhole && named === undefined) return endless();
    const newest = await readNewest(secret);
    if (!newest.ok) return newest;
    if (!isWhole) return readPart(secret, { listed: versions, newest: newest.value, named });
    if (newest.value.kind === 'absent' && versions.length === 0) return success(undefined);
    const seen = secretOf(versions, newest.value, isLast);
    if (seen) return success(seen);
    if (isLast) return failure({ kind: 'not-yet', vendor: 'vault', code: 'views-differ' });
    isLast = true;
  }
}

function secretOf(
  versions: readonly SeenVersion[],
  newest: Newest,
  trusting: boolean,
): SeenSecret | undefined {
  const ordered = currentFirst(versions, newest, trusting);
  const [current] = ordered ?? [];
  if (ordered === undefined || current === undefined) return undefined;
  const hint = newest.kind === 'found' ? { hint: newest.hint } : {};
  return { current: { ...current, ...hint }, versions: ordered };
}

/**
 * What can be known of a secret whose list has no end that is worth reading to: the newest version,
 * those listed, and those named. Which one is the newest is known only while it can be read.
 */
async function readPart(
  secret: SecretInVault,
  part: {
    readonly listed: readonly SeenVersion[];
    readonly newest: Newest;
    readonly named: readonly string[] | undefined;
  },
): Promise<Result<SeenSecret>> {
  const { newest, named = [] } = part;
  if (newest.kind !== 'found') return endless();
  const versions = new Map(part.listed.map((one) => [one.version, one]));
  versions.set(newest.version.version, newest.version);
  const missing = named.filter((one) => !versions.has(one)).slice(0, namedVersions);
  for (const version of missing) {
    const read = await readVersion(secret, version);
    if (!read.ok) return read;
    if (read.value) versions.set(version, read.value);
  }
  const seen = secretOf([...versions.values()], newest, true);
  return seen ? success(seen) : endless();
}

function endless(): Result<never> {
  return failure(malformed('vault', { code: 'too-many-pages' }));
}

function readVersions({ patience, client, name }: SecretInVault): Promise<Result<Listed>> {
  return retryRead(patience, async (abortSignal): Promise<Result<Listed>> => {
    const versions: SeenVersion[] = [];
    let pages = 0;
    try {
      for await (const page of client
        .listPropertiesOfSecretVersions(name, { abortSignal })
        .byPage()) {
        pages += 1;
        if (pages > versionPages) return success({ versions, isWhole: false });
        for (const raw of page) {
          const version = versionOf(raw);
          if (!version.ok) return version;
          versions.push(version.value);
        }
      }
      return success({ versions, isWhole: true });
    } catch (error) {
      return isNotFound(error) ? success({ versions: [], isWhole: true }) : failure(faultOf(error));
    }
  });
}

function readNewest({ patience, client, name }: SecretInVault): Promise<Result<Newest>> {
  return retryRead(patience, async (abortSignal): Promise<Result<Newest>> => {
    try {
      const found = await client.getSecret(name, { abortSignal });
      const version = versionOf(found.properties);
      if (!version.ok) return version;
      const value = valueOf(found.value);
      if (!value.ok) return value;
      return success({ kind: 'found', version: version.value, hint: new Secret(value.value).hint });
    } catch (error) {
      if (isNotFound(error)) return success({ kind: 'absent' });
      return isDisabled(error) ? success({ kind: 'disabled' }) : failure(faultOf(error));
    }
  });
}

/** One version by its name; `undefined` where it is not there, or disabled: nobody can read it. */
function readVersion(
  { patience, client, name }: SecretInVault,
  version: string,
): Promise<Result<SeenVersion | undefined>> {
  return retryRead(patience, async (abortSignal) => {
    try {
      return versionOf((await client.getSecret(name, { version, abortSignal })).properties);
    } catch (error) {
      return isNotFound(error) || isDisabled(error) ? success(undefined) : failure(faultOf(error));
    }
  });
}
