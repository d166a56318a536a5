/** Microsoft Graph and Entra's token endpoint, imagined. The tenant's policy alone is read for real. */
import type { Permission } from '../core/desired.ts';
import { failure, success } from '../core/fault.ts';
import { hash64 } from '../core/fingerprint.ts';
import { absent, known, type SeenCredential, type SeenRegistration } from '../core/observed.ts';
import { nameOfPermission } from '../core/permissions.ts';
import { Secret } from '../core/secret.ts';
import type { Directory, RegistrationPatch, TokenEndpoint } from '../reconcile/world.ts';
import { answerOf, changed, listChanges, type Mind } from './mind.ts';
import type { Change } from './step.ts';

export function imaginedDirectory(
  mind: Mind,
  readSecretPolicy: Directory['readSecretPolicy'],
): Directory {
  const { seen } = mind;

  function subject(): string {
    return seen.registration.kind === 'known' ? seen.registration.value.displayName : '';
  }

  return {
    readSecretPolicy,
    async readRegistration() {
      return answerOf(seen.registration);
    },
    async findDeletedRegistration() {
      return answerOf(seen.deletedRegistration);
    },
    async readServicePrincipal() {
      return answerOf(seen.servicePrincipal);
    },
    /** Asked by a tick alone, and none is imagined. */
    async listRegistrations() {
      return success([]);
    },
    async createRegistration(uniqueName, body) {
      if (mind.refusal) return failure(mind.refusal);
      const objectId = mind.newName('object');
      const appId = mind.newName('client-id');
      const blank: SeenRegistration = {
        objectId,
        appId,
        uniqueName,
        displayName: body.displayName,
        signInAudience: '',
        tokenVersion: null,
        redirectUris: [],
        access: [],
        tags: [],
        credentials: [],
      };
      seen.registration = known({ ...blank, ...body });
      seen.servicePrincipal = absent;
      mind.note({
        sign: '+',
        kind: 'create-registration',
        subject: body.displayName,
        changes: changesOf({ ...blank, displayName: '' }, body),
      });
      return success({ objectId, appId });
    },
    async updateRegistration(_objectId, patch) {
      if (mind.refusal) return failure(mind.refusal);
      if (seen.registration.kind === 'known') {
        const changes = changesOf(seen.registration.value, patch);
        mind.note({
          sign: '~',
          kind: 'update-registration',
          subject: subject(),
          changes,
          patch: hash64(JSON.stringify(patch)),
        });
      }
      seen.registration = changed(seen.registration, (one) => ({ ...one, ...patch }));
      return success({});
    },
    async createServicePrincipal() {
      if (mind.refusal) return failure(mind.refusal);
      const objectId = mind.newName('service-principal');
      seen.servicePrincipal = known({ objectId, enabled: true, credentials: [] });
      mind.note({ sign: '+', kind: 'create-service-principal', subject: subject() });
      return success({});
    },
    async addCredential(objectId, { displayName, endAt }) {
      if (mind.refusal) return failure(mind.refusal);
      const policy = await readSecretPolicy(objectId);
      const rules = policy.ok ? policy.value : { forbidden: false };
      if (rules.forbidden) return refusedByPolicy('secrets-forbidden');
      const cap = 'maxLifetimeMs' in rules ? rules.maxLifetimeMs : undefined;
      if (cap !== undefined && endAt > mind.now() + cap)
        return refusedByPolicy('lifetime-too-long');
      const keyId = mind.newName('credential');
      const secret = new Secret(
        `${keyId.slice('new-credential-'.length).padStart(3, '#')} imagined`,
      );
      const added: SeenCredential = {
        keyId,
        displayName,
        hint: secret.hint,
        startAt: mind.now(),
        endAt,
        place: 'application',
      };
      seen.registration = changed(seen.registration, (one) => ({
        ...one,
        credentials: [...one.credentials, added],
      }));
      mind.note({ sign: '+', kind: 'add-credential', subject: subject(), keyId, endAt });
      return success({ ...added, secret });
    },
    async removeCredential(_objectId, keyId) {
      if (mind.refusal) return failure(mind.refusal);
      seen.registration = changed(seen.registration, (one) => ({
        ...one,
        credentials: one.credentials.filter((credential) => credential.keyId !== keyId),
      }));
      mind.note({ sign: '-', kind: 'remove-credential', subject: subject(), keyId });
      return success({ found: true });
    },
  };
}

/** Every listed credential is accepted: what the trial of one will show, nobody knows before. */
export function imaginedTokens(mind: Mind): TokenEndpoint {
  return {
    async tryCredential(_appId, secret) {
      const { registration, servicePrincipal } = mind.seen;
      const listed = [registration, servicePrincipal].flatMap((one) =>
        one.kind === 'known' ? one.value.credentials : [],
      );
      const isListed =
        registration.kind !== 'known' || listed.some((one) => one.hint === secret.hint);
      return success(isListed ? { kind: 'accepted' } : { kind: 'refused', code: 7_000_215 });
    },
  };
}

function refusedByPolicy(rule: 'secrets-forbidden' | 'lifetime-too-long') {
  return failure({ kind: 'policy', vendor: 'graph', rule });
}

function changesOf(seen: SeenRegistration, patch: RegistrationPatch): readonly Change[] {
  const { displayName, signInAudience, tokenVersion, redirectUris, access, tags } = patch;
  return [
    ...plain('display name', seen.displayName, displayName),
    ...plain('audience', seen.signInAudience, signInAudience),
    ...plain('token version', seen.tokenVersion?.toString() ?? '', tokenVersion?.toString()),
    ...(redirectUris ? listChanges('redirect URI', seen.redirectUris, redirectUris) : []),
    ...(access ? listChanges('permission', seen.access.map(nameOf), access.map(nameOf)) : []),
    ...(tags ? listChanges('tag', seen.tags, tags) : []),
  ];
}

function plain(what: string, from: string, to: string | undefined): readonly Change[] {
  if (to === undefined || to === from) return [];
  return [{ what, ...(from === '' ? {} : { from }), to }];
}

function nameOf(permission: Permission): string {
  return nameOfPermission(permission) ?? `${permission.resourceAppId}/${permission.id}`;
}
