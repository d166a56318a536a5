/**
 * Role: the vendors' ports straight on the simulators' state, without HTTP: thousands of worlds a
 * minute. Replicas agree at once. Each write is first shown to a watch that knows the truth.
 */
import { shortScopes } from '../../src/clients/nylas-shapes.ts';
import type { DesiredConnector, SecretRef } from '../../src/core/desired.ts';
import { failure, success, type Fault, type Result } from '../../src/core/fault.ts';
import { fingerprintOf } from '../../src/core/fingerprint.ts';
import type { SeenConnector, SeenCredential, SeenRegistration } from '../../src/core/observed.ts';
import { Secret } from '../../src/core/secret.ts';
import { keeperIdentity, type Cloud } from '../../src/local/cloud.ts';
import {
  addPassword,
  removePassword,
  type CredentialList,
} from '../../src/local/simulators/directory-credentials.ts';
import type { Application, Call, Password } from '../../src/local/simulators/directory-objects.ts';
import { Refusal } from '../../src/local/simulators/directory-refusal.ts';
import type { Connector } from '../../src/local/simulators/nylas-state.ts';
import type { SecretVersion } from '../../src/local/simulators/vault-state.ts';
import { VaultRefusal } from '../../src/local/simulators/vault-refusal.ts';
import type { ConnectorBody, World } from '../../src/reconcile/world.ts';

/** Sees each write on the slots and the connector right before it is done. */
export interface Watch {
  onAdd(): void;
  onRemove(keyId: string): void;
  onPush(text: string): void;
}

type Vendors = Pick<World, 'directory' | 'tokens' | 'vault' | 'connectors'>;

/** A view of the cloud that may not be there yet when the ports are made. */
interface Stage {
  readonly cloud: () => Cloud;
  readonly clock: () => { now(): number; advance(ms: number): void };
  readonly watch: Watch;
}

/** The four vendors. */
export function directPorts(stage: Stage): Vendors {
  return {
    directory: directoryPort(stage),
    tokens: {
      async tryCredential(appId, secret) {
        const { cloud, clock } = stage;
        const verdict = cloud().directory.credentialWorks(appId, secret.reveal(), clock().now());
        return success(
          verdict === 'accepted'
            ? { kind: 'accepted' }
            : { kind: 'refused', code: verdict.refused },
        );
      },
    },
    vault: vaultPort(stage),
    connectors: connectorsPort(stage),
  };
}

function unused(): Promise<Result<never>> {
  return Promise.resolve(failure({ kind: 'rejected', vendor: 'graph', code: 'not-simulated' }));
}

function listOf(objectId: string): CredentialList {
  return { on: 'application', key: { by: 'id', value: objectId } };
}

function directoryPort({ cloud, clock, watch }: Stage): World['directory'] {
  const call = (): Call => ({
    by: { principalId: keeperIdentity.principalId, roles: ['Application.ReadWrite.OwnedBy'] },
    at: clock().now(),
    replica: 'latest',
  });
  return {
    async readRegistration(ref) {
      const found = cloud()
        .directory.applications()
        .find((one) =>
          'appId' in ref
            ? one.appId === ref.appId
            : 'objectId' in ref
              ? one.id === ref.objectId
              : one.uniqueName === ref.uniqueName,
        );
      return success(found && registrationOf(found));
    },
    async findDeletedRegistration() {
      return success(undefined);
    },
    async listRegistrations() {
      return success(
        cloud()
          .directory.applications()
          .map((one) => {
            const seen = registrationOf(one);
            return { appId: one.appId, tags: one.tags, fingerprint: fingerprintOf(seen) };
          }),
      );
    },
    createRegistration: unused,
    updateRegistration: unused,
    async readServicePrincipal(appId) {
      const found = cloud().directory.servicePrincipal(appId);
      if (!found) return success(undefined);
      const credentials = found.passwords.map((one) => seenPassword(one, 'service-principal'));
      return success({ objectId: found.id, enabled: found.accountEnabled, credentials });
    },
    createServicePrincipal: unused,
    async addCredential(objectId, { displayName, endAt }) {
      watch.onAdd();
      const added = addPassword(cloud().directory.store, call(), {
        list: listOf(objectId),
        request: { displayName, endDateTime: new Date(endAt).toISOString() },
      });
      if (added instanceof Refusal) {
        return failure({ kind: 'limit', vendor: 'graph', what: 'credentials' });
      }
      return success({ ...seenPassword(added, 'application'), secret: new Secret(added.text) });
    },
    async removeCredential(objectId, keyId) {
      watch.onRemove(keyId);
      const removed = removePassword(cloud().directory.store, call(), {
        list: listOf(objectId),
        keyId,
      });
      return success({ found: !(removed instanceof Refusal) });
    },
    async readSecretPolicy() {
      return success({ forbidden: false });
    },
  };
}

function registrationOf(one: Application): SeenRegistration {
  return {
    objectId: one.id,
    appId: one.appId,
    ...(one.uniqueName === null ? {} : { uniqueName: one.uniqueName }),
    displayName: one.displayName,
    signInAudience: one.signInAudience,
    tokenVersion: one.api.requestedAccessTokenVersion,
    redirectUris: one.web.redirectUris,
    access: one.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) =>
      resourceAccess.map(({ id, type }) => ({ resourceAppId, id, type })),
    ),
    tags: one.tags,
    credentials: one.passwords.map((password) => seenPassword(password, 'application')),
  };
}

function seenPassword(one: Password, place: SeenCredential['place']): SeenCredential {
  const { keyId, displayName, hint, startAt, endAt } = one;
  return { keyId, displayName: displayName ?? '', hint, startAt, endAt, place };
}

function vaultPort({ cloud }: Stage): World['vault'] {
  const state = (): Cloud['vault']['state'] => cloud().vault.state;
  const readValue = async (
    ref: SecretRef,
    version?: string,
  ): Promise<Result<Secret | undefined>> => {
    try {
      return success(new Secret(state().read(ref.name, version).version.value));
    } catch (error) {
      const { status } = refusalOf(error);
      if (status === 404) return success(undefined);
      return failure({ kind: 'denied', vendor: 'vault', status });
    }
  };
  return {
    async readSecret({ name }) {
      const versions = state().versions(name).map(seenVersion).toReversed();
      const [current] = versions;
      if (!current) return success(undefined);
      const hint = state().current(name)?.value.slice(0, 3);
      return success({
        current: { ...current, ...(current.enabled && hint !== undefined ? { hint } : {}) },
        versions,
      });
    },
    readNewest: (ref) => readValue(ref),
    readValue,
    async putValue({ name }, value, { tags, expiresAt }) {
      try {
        const write = { value: value.reveal(), tags, expSeconds: Math.floor(expiresAt / 1000) };
        const made = state().put(name, write).versions.at(-1);
        if (!made) throw new Error('The vault made no version');
        return success({ version: seenVersion(made) });
      } catch (error) {
        const { status } = refusalOf(error);
        return failure({ kind: 'deleted-holds-name', vendor: 'vault', status });
      }
    },
    async disableVersion({ name }, version) {
      state().edit(name, version, { enabled: false });
      return success({});
    },
    async isDeleted({ name }) {
      return success(
        state()
          .deletedSecrets()
          .some((one) => one.name === name),
      );
    },
  };
}

function refusalOf(error: unknown): VaultRefusal {
  if (error instanceof VaultRefusal) return error;
  throw error;
}

function seenVersion(one: SecretVersion): {
  version: string;
  createdAt: number;
  enabled: boolean;
  tags: Readonly<Record<string, string>>;
} {
  const { version, createdAt, enabled, tags } = one;
  return { version, createdAt, enabled, tags };
}

function connectorsPort({ cloud, clock, watch }: Stage): World['connectors'] {
  const handOf = ({ region }: DesiredConnector): Cloud['nylas']['us']['hand'] =>
    cloud().nylas[region].hand;
  const connectorOf = (one: DesiredConnector): Connector | undefined =>
    handOf(one).application(one.applicationId).connector;
  const write = async (one: DesiredConnector, body: ConnectorBody): Promise<Result<object>> => {
    watch.onPush(body.secret.reveal());
    // Nylas tells of a write by its second.
    clock().advance(1_000);
    const settings = {
      clientId: body.clientId,
      clientSecret: body.secret.reveal(),
      tenant: body.tenant,
    };
    handOf(one).connectorByHand(one.applicationId, { settings, scope: body.scopes });
    return success({});
  };
  const absent: Fault = { kind: 'absent', vendor: 'nylas' };
  return {
    async readApplication({ applicationId, region }) {
      return success({ applicationId, region });
    },
    async readConnector(one, recordIds) {
      const connector = connectorOf(one);
      return success(connector && seenConnector(connector, recordIds));
    },
    async readRecord(one, id) {
      const record = connectorOf(one)?.records.get(id);
      return success(record && { id, updatedAt: wholeSeconds(record.updatedAt) });
    },
    createConnector: write,
    async updateConnector(one, body) {
      return connectorOf(one) ? write(one, body) : failure(absent);
    },
    async updateRecord(one, id, { clientId, secret, tenant }) {
      const record = connectorOf(one)?.records.get(id);
      if (!record) return failure(absent);
      watch.onPush(secret.reveal());
      clock().advance(1_000);
      record.data = { clientId, clientSecret: secret.reveal(), tenant };
      record.updatedAt = clock().now();
      return success({});
    },
    async readGrants() {
      return success({ total: 0, invalid: 0 });
    },
  };
}

function seenConnector(connector: Connector, recordIds: readonly string[]): SeenConnector {
  const { activeId, records, scope, name } = connector;
  const data = records.get(activeId)?.data;
  return {
    ...(data ? { clientId: data.clientId } : {}),
    ...(data?.tenant === undefined ? {} : { tenant: data.tenant }),
    name,
    scopes: shortScopes(scope),
    activeRecordId: activeId,
    records: [...records.values()]
      .filter((one) => one.id === activeId || recordIds.includes(one.id))
      .map(({ id, updatedAt }) => ({ id, updatedAt: wholeSeconds(updatedAt) })),
  };
}

function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
