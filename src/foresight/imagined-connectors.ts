/** Nylas, imagined: a push reaches what it is sent to, and the active record with it. */
import type { DesiredConnector } from '../core/desired.ts';
import { failure, success } from '../core/fault.ts';
import { known, type ConnectorView, type SeenConnector } from '../core/observed.ts';
import { connectorMemoryOf } from '../core/memory.ts';
import type { ConnectorBody, Connectors } from '../reconcile/world.ts';
import { answerOf, changed, listChanges, type Mind } from './mind.ts';
import type { Change } from './step.ts';

export function imaginedConnectors(mind: Mind): Connectors {
  const { seen } = mind;
  /** What each connector is imagined to hold, after what the chain knows of it. */
  const holds = new Map<string, string>();

  function viewOf({ id }: DesiredConnector): ConnectorView {
    return seen.connectors[id] ?? blankView;
  }

  function put({ id }: DesiredConnector, view: ConnectorView): void {
    seen.connectors = { ...seen.connectors, [id]: view };
  }

  function heldBy(connector: DesiredConnector): string | undefined {
    return holds.get(connector.id) ?? connectorMemoryOf(mind.memory, connector.id).clean?.keyId;
  }

  /** Nylas may hide the client id; then what Keeper wrote last stands for it. */
  function withClientId({ id }: DesiredConnector, shown: SeenConnector): SeenConnector {
    const clientId = shown.clientId ?? connectorMemoryOf(mind.memory, id).clean?.appId;
    return clientId === undefined ? shown : { ...shown, clientId };
  }

  function push(
    connector: DesiredConnector,
    body: ConnectorBody,
    before: SeenConnector | undefined,
  ): void {
    const keyId = keyIdOf(mind, body);
    mind.note({
      sign: before ? '~' : '+',
      kind: 'push-credential',
      subject: connector.id,
      keyId,
      changes: [
        ...changesOf(before && withClientId(connector, before), body),
        ...plain('credential', heldBy(connector), keyId),
      ],
    });
    holds.set(connector.id, keyId);
  }

  return {
    async readApplication(connector) {
      const { application } = viewOf(connector);
      if (application.kind === 'known') return success(application.value);
      return failure(
        application.kind === 'unknown' ? application.fault : { kind: 'absent', vendor: 'nylas' },
      );
    },
    async readConnector(connector) {
      return answerOf(viewOf(connector).connector);
    },
    async readRecord(connector, id) {
      const read = answerOf(viewOf(connector).connector);
      return read.ok ? success(read.value?.records.find((one) => one.id === id)) : read;
    },
    async createConnector(connector, body) {
      if (mind.refusal) return failure(mind.refusal);
      push(connector, body, undefined);
      const made = { ...settingsOf(body), records: [] };
      put(connector, { ...viewOf(connector), connector: known(made) });
      return success({});
    },
    async updateConnector(connector, body) {
      if (mind.refusal) return failure(mind.refusal);
      const view = viewOf(connector);
      push(connector, body, view.connector.kind === 'known' ? view.connector.value : undefined);
      put(connector, {
        ...view,
        connector: changed(view.connector, (one) => ({
          ...one,
          ...settingsOf(body),
          records: one.records.map((record) =>
            record.id === one.activeRecordId ? { ...record, updatedAt: mind.now() } : record,
          ),
        })),
      });
      return success({});
    },
    async updateRecord(connector, id, body) {
      if (mind.refusal) return failure(mind.refusal);
      const keyId = keyIdOf(mind, body);
      const view = viewOf(connector);
      put(connector, {
        ...view,
        connector: changed(view.connector, (one) => ({
          ...one,
          records: one.records.map((record) =>
            record.id === id ? { ...record, updatedAt: mind.now() } : record,
          ),
        })),
      });
      mind.note({
        sign: '~',
        kind: 'push-credential',
        subject: `${connector.id}#${id}`,
        keyId,
        changes: [{ what: 'credential', to: keyId }],
      });
      return success({});
    },
    async readGrants(connector) {
      const { grants } = viewOf(connector);
      if (grants.kind === 'known') return success(grants.value);
      return grants.kind === 'unknown' ? failure(grants.fault) : success({ total: 0, invalid: 0 });
    },
  };
}

const notNamed = { kind: 'absent', vendor: 'nylas' } as const;
const blankView: ConnectorView = {
  application: { kind: 'unknown', fault: notNamed },
  connector: { kind: 'unknown', fault: notNamed },
  grants: { kind: 'unknown', fault: notNamed },
};

/** The text itself is imagined; which credential it stands for shows in its hint. */
function keyIdOf(mind: Mind, { secret }: Pick<ConnectorBody, 'secret'>): string {
  const { registration, servicePrincipal } = mind.seen;
  const listed = [registration, servicePrincipal].flatMap((one) =>
    one.kind === 'known' ? one.value.credentials : [],
  );
  const remembered = Object.values(mind.memory.credentials);
  return [...listed, ...remembered].find((one) => one.hint === secret.hint)?.keyId ?? 'unknown';
}

function settingsOf(body: ConnectorBody): Omit<SeenConnector, 'records'> {
  const { clientId, tenant, scopes, name } = body;
  return { clientId, tenant, scopes, ...(name === undefined ? {} : { name }) };
}

function changesOf(before: SeenConnector | undefined, body: ConnectorBody): readonly Change[] {
  return [
    ...plain('name', before?.name, body.name),
    ...plain('client id', before?.clientId, body.clientId),
    ...plain('tenant', before?.tenant, body.tenant),
    ...listChanges('scope', before?.scopes ?? [], body.scopes),
  ];
}

function plain(what: string, from: string | undefined, to: string | undefined): readonly Change[] {
  if (to === undefined || to === from) return [];
  return [{ what, ...(from === undefined ? {} : { from }), to }];
}
