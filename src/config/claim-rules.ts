/** Rules across registrations: what only one may have. The later of two is the one reported. */
import { type SecretRef, pendingOf } from '../core/desired.ts';
import { type FileDraft, type RegistrationDraft, connectorsOf, registrationsOf } from './draft.ts';
import { type Finding, type Path, atValue, quote } from './finding.ts';

/** All rules. */
export function checkClaims(file: FileDraft): Finding[] {
  const registrations = registrationsOf(file);
  return [
    ...checkKeys(registrations),
    ...checkAppIds(registrations),
    ...checkSecrets(registrations),
    ...checkApplications(registrations),
    ...checkApiKeys(registrations),
  ];
}

type Registrations = readonly (readonly [id: string, RegistrationDraft])[];

/** Names are kept by storage and vendors for ever, so an old id is as taken as a present one. */
function checkKeys(registrations: Registrations): Finding[] {
  const present = new Set(registrations.map(([id]) => id));
  const renamed = new Map<string, string>();
  return registrations.flatMap(([id, { renamedFrom }]) => {
    if (renamedFrom === undefined) return [];
    const path = ['registrations', id, 'renamedFrom'];
    if (renamedFrom === id) {
      return [atValue(path, `${quote(id)} is the id that it has now`, 'leave renamedFrom out')];
    }
    const other = renamed.get(renamedFrom);
    if (other !== undefined) {
      const message = `registration ${other} was renamed from ${quote(renamedFrom)} already`;
      return [atValue(path, message, 'write the first id of this one, or leave renamedFrom out')];
    }
    renamed.set(renamedFrom, id);
    const holder = registrations.find(([candidate]) => candidate === renamedFrom)?.[1];
    // One that was renamed itself has left its present id free.
    if (!present.has(renamedFrom) || holder?.renamedFrom !== undefined) return [];
    const message = `there still is a registration ${quote(renamedFrom)}`;
    return [atValue(path, message, `give that one another id, or leave renamedFrom out`)];
  });
}

function checkAppIds(registrations: Registrations): Finding[] {
  const holders = new Map<string, string>();
  return registrations.flatMap(([id, { appId }]) => {
    if (appId === undefined) return [];
    const holder = claim(holders, appId, id);
    if (holder === undefined) return [];
    const message = `registration ${holder} adopts this client id already`;
    return [atValue(['registrations', id, 'appId'], message, 'write one registration of the two')];
  });
}

/** The proven secret and the pending one are two names; both must be free. */
function checkSecrets(registrations: Registrations): Finding[] {
  const holders = new Map<string, string>();
  return registrations.flatMap(([id, registration]) => {
    const secret = secretOf(registration);
    if (secret === undefined) return [];
    const holder = holders.get(nameOf(secret)) ?? holders.get(nameOf(pendingOf(secret)));
    if (holder !== undefined) {
      const message = `registration ${holder} keeps its secrets in ${names(secret)} too`;
      const path = ['registrations', id, 'secret', 'name'];
      return [atValue(path, message, 'write a name of its own')];
    }
    claim(holders, nameOf(secret), id);
    claim(holders, nameOf(pendingOf(secret)), id);
    return [];
  });
}

/** An application has one connector of the provider, and so one registration. */
function checkApplications(registrations: Registrations): Finding[] {
  const holders = new Map<string, string>();
  return registrations.flatMap(([id, registration]) =>
    connectorsOf(id, registration).flatMap(([path, { applicationId }]) => {
      if (applicationId === undefined) return [];
      const holder = claim(holders, applicationId, id);
      if (holder === undefined) return [];
      const message =
        holder === id
          ? 'another connector of this registration names this application'
          : `registration ${holder} has the connector of this application already`;
      const instead = 'write another application, or remove one of the two connectors';
      return [atValue([...path, 'applicationId'], message, instead)];
    }),
  );
}

/** Keeper writes managed secrets and reads API keys: never the same one. A key has one application. */
function checkApiKeys(registrations: Registrations): Finding[] {
  const managed = new Map<string, string>();
  for (const [id, registration] of registrations) {
    const secret = secretOf(registration);
    if (secret === undefined) continue;
    claim(managed, nameOf(secret), id);
    claim(managed, nameOf(pendingOf(secret)), id);
  }
  const holders = new Map<string, string>();
  return registrations.flatMap(([id, registration]) =>
    connectorsOf(id, registration).flatMap(([path, { apiKeySecret }]) => {
      const vault =
        typeof apiKeySecret === 'object' ? apiKeySecret.vault : registration.secret?.vault;
      const name = typeof apiKeySecret === 'object' ? apiKeySecret.name : apiKeySecret;
      if (vault === undefined || name === undefined) return [];
      const inside = typeof apiKeySecret === 'object' ? ['apiKeySecret', 'name'] : ['apiKeySecret'];
      return checkApiKey({ vault, name }, [...path, ...inside], id, managed, holders);
    }),
  );
}

function checkApiKey(
  apiKey: SecretRef,
  path: Path,
  id: string,
  managed: ReadonlyMap<string, string>,
  holders: Map<string, string>,
): Finding[] {
  const instead = 'write the name of the secret that holds the API key of this application';
  const owner = managed.get(nameOf(apiKey));
  if (owner !== undefined) {
    const message = `this is where registration ${owner} keeps its client secrets`;
    return [atValue(path, message, instead)];
  }
  if (claim(holders, nameOf(apiKey), id) === undefined) return [];
  const message = 'another connector uses this API key, and a key belongs to one Nylas application';
  return [atValue(path, message, instead)];
}

/** Who holds a name already, letter case aside; otherwise it is taken for the id. */
function claim(holders: Map<string, string>, name: string, id: string): string | undefined {
  const key = name.toLowerCase();
  const holder = holders.get(key);
  if (holder === undefined) holders.set(key, id);
  return holder;
}

function secretOf({ secret }: RegistrationDraft): SecretRef | undefined {
  if (secret?.vault === undefined || secret.name === undefined) return undefined;
  return { vault: secret.vault, name: secret.name };
}

/** Key Vault tells neither vaults nor secrets apart by letter case. */
function nameOf({ vault, name }: SecretRef): string {
  return `${vault}/${name}`.toLowerCase();
}

function names(secret: SecretRef): string {
  return `${secret.name} or ${pendingOf(secret).name}`;
}
