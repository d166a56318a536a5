/**
 * What doctor asks Azure's control plane: vaults, the way of their events, and the roles of Keeper's
 * identity. Keeper itself never speaks to it; the caller's own sign-in does. Reads only.
 */
import { z } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import type {
  Assignment,
  AzureProbes,
  EventCounts,
  EventPath,
  Retention,
} from '../doctor/ports.ts';
import { azureReader, type AzureOptions, type AzureReader } from './doctor-azure-send.ts';
import * as shapes from './doctor-azure-shapes.ts';
import { malformed } from './fault.ts';

/** Versions of the interfaces, by provider. */
const versions = {
  subscriptions: '2022-12-01',
  resources: '2021-04-01',
  vaults: '2024-11-01',
  events: '2025-02-15',
  metrics: '2023-10-01',
  roles: '2022-04-01',
  storage: '2024-01-01',
} as const;

const hourMs = 3_600_000;

/** The probes over all subscriptions that the caller sees. */
export function azureProbes(options: AzureOptions): AzureProbes {
  const reader = azureReader(options);
  let asked: Promise<Result<readonly string[]>> | undefined;

  /** Asked once: who sees how many subscriptions does not change in a visit. */
  async function subscriptions(): Promise<Result<readonly string[]>> {
    asked ??= readSubscriptions(reader);
    return asked;
  }

  async function find(type: string, name: string): Promise<Result<string | undefined>> {
    const ids = await subscriptions();
    if (!ids.ok) return ids;
    for (const id of ids.value) {
      const filter = `resourceType eq '${type}' and name eq '${name}'`;
      const path = `/subscriptions/${id}/resources?api-version=${versions.resources}&$filter=${encodeURIComponent(filter)}`;
      const found = await reader.all(path, shapes.resource);
      if (!found.ok) return found;
      const [first] = found.value;
      if (first) return success(first.id);
    }
    return success(undefined);
  }

  return {
    async findVault(name) {
      const id = await find('Microsoft.KeyVault/vaults', name);
      if (!id.ok || id.value === undefined) return id as Result<undefined>;
      return reader.one(`${id.value}?api-version=${versions.vaults}`, shapes.vault);
    },
    async findStorage(account) {
      const id = await find('Microsoft.Storage/storageAccounts', account);
      if (!id.ok) return id;
      return success(id.value === undefined ? undefined : { id: id.value });
    },
    readEventPath: (vaultId) => readEventPath(reader, vaultId),
    countEvents: (topicId, span) => countEvents(reader, topicId, span),
    async readAssignments(principalId) {
      const ids = await subscriptions();
      return ids.ok ? readAssignments(reader, ids.value, principalId) : ids;
    },
    readRetention: (storageId, container) => readRetention(reader, storageId, container),
  };
}

async function readSubscriptions(reader: AzureReader): Promise<Result<readonly string[]>> {
  const path = `/subscriptions?api-version=${versions.subscriptions}`;
  const found = await reader.all(path, shapes.subscription);
  if (!found.ok) return found;
  // Nothing to see is no proof that nothing is there.
  if (found.value.length === 0) {
    return failure({ kind: 'denied', vendor: 'graph', code: 'no-subscription' });
  }
  return success(found.value.map((one) => one.subscriptionId));
}

async function readEventPath(
  reader: AzureReader,
  vaultId: string,
): Promise<Result<EventPath | undefined>> {
  const [, , subscription] = vaultId.split('/');
  const topics = await reader.all(
    `/subscriptions/${subscription}/providers/Microsoft.EventGrid/systemTopics?api-version=${versions.events}`,
    shapes.topic,
  );
  if (!topics.ok) return topics;
  const topic = topics.value.find((one) => one.source?.toLowerCase() === vaultId.toLowerCase());
  if (!topic) return success(undefined);
  const found = await reader.all(
    `${topic.id}/eventSubscriptions?api-version=${versions.events}`,
    shapes.eventSubscription,
  );
  return found.ok ? success({ topicId: topic.id, subscriptions: found.value }) : found;
}

async function countEvents(
  reader: AzureReader,
  topicId: string,
  { fromAt, toAt, subscription }: Parameters<AzureProbes['countEvents']>[1],
): Promise<Result<EventCounts>> {
  const query = new URLSearchParams({
    'api-version': versions.metrics,
    metricnames: 'MatchedEventCount,DeliverySuccessCount,DeadLetteredCount,DroppedEventCount',
    aggregation: 'Total',
    interval: toAt - fromAt > 48 * hourMs ? 'P1D' : 'PT1H',
    ...(subscription === undefined
      ? {}
      : { $filter: `EventSubscriptionName eq '${subscription}'` }),
    timespan: `${new Date(fromAt).toISOString()}/${new Date(toAt).toISOString()}`,
  });
  const path = `${topicId}/providers/Microsoft.Insights/metrics?${query.toString()}`;
  const found = await reader.one(path, shapes.metrics);
  if (!found.ok) return found;
  if (found.value === undefined) return failure(malformed('graph', { code: 'metrics' }));
  const totals = found.value;
  const of = (name: string): number => totals.get(name) ?? 0;
  return success({
    matched: of('MatchedEventCount'),
    delivered: of('DeliverySuccessCount'),
    lost: of('DeadLetteredCount') + of('DroppedEventCount'),
  });
}

async function readAssignments(
  reader: AzureReader,
  subscriptions: readonly string[],
  principalId: string,
): Promise<Result<readonly Assignment[]>> {
  const filter = encodeURIComponent(`principalId eq '${principalId}'`);
  const found = new Map<string, z.output<typeof shapes.assignment>>();
  for (const id of subscriptions) {
    const path = `/subscriptions/${id}/providers/Microsoft.Authorization/roleAssignments?api-version=${versions.roles}&$filter=${filter}`;
    const held = await reader.all(path, shapes.assignment);
    if (!held.ok) return held;
    // One above all subscriptions is told by each of them.
    for (const one of held.value) found.set(one.id, one);
  }
  const definitions = new Map<string, Omit<Assignment, 'scope'>>();
  for (const { roleId } of found.values()) {
    if (definitions.has(roleId)) continue;
    const read = await reader.one(`${roleId}?api-version=${versions.roles}`, shapes.roleDefinition);
    if (!read.ok) return read;
    if (read.value) definitions.set(roleId, read.value);
  }
  return success(
    [...found.values()].flatMap(({ roleId, scope }) => {
      const definition = definitions.get(roleId);
      return definition ? [{ scope, ...definition }] : [];
    }),
  );
}

async function readRetention(
  reader: AzureReader,
  storageId: string,
  container: string,
): Promise<Result<Retention | undefined>> {
  const path = `${storageId}/blobServices/default/containers/${container}?api-version=${versions.storage}`;
  const found = await reader.one(path, shapes.container);
  return found.ok ? success(found.value?.retention) : found;
}
