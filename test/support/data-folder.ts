/**
 * What a `--data` folder holds: the simulated world, with the truth that no API shows, and all that
 * Keeper stored. The world is made again from the journal, in this process.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { blankHead, readLog } from '../../src/audit/log.ts';
import { verifyAll } from '../../src/audit/verify.ts';
import { blobChains } from '../../src/clients/chain-store.ts';
import type { Desired } from '../../src/core/desired.ts';
import type { Entry } from '../../src/core/entry.ts';
import { startAzurite } from '../../src/local/azurite.ts';
import { simulatedClock } from '../../src/local/clock.ts';
import type { Cloud } from '../../src/local/cloud.ts';
import { makeCloud, parsedFile } from '../../src/local/made-cloud.ts';
import { recall } from '../../src/local/memento.ts';
import { activeRecord } from '../../src/local/simulators/nylas-state.ts';
import { memoryChains } from './memory-stores.ts';

/** A request that a vendor got, as the journal has it. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Simulated time. */
  readonly at: number;
}

/** The world of a folder, as of the last line of its journal. */
export interface FolderWorld {
  readonly cloud: Cloud;
  readonly desired: Desired;
  readonly now: number;
  readonly asked: readonly Asked[];
  /** Every secret text that ever was in this world: client secrets, API keys, tokens. */
  readonly secrets: ReadonlySet<string>;
}

/** Makes the world of a folder again; also while a Keeper works in it. */
export async function worldIn(folder: string): Promise<FolderWorld> {
  const memento = recall(folder);
  if (memento === undefined || memento === 'unreadable' || memento.file === undefined) {
    throw new Error(`There is no complete world in ${folder}`);
  }
  const clock = simulatedClock(memento.startAt, Date.now);
  const { cloud, door } = await makeCloud({
    memento,
    clock,
    chains: memoryChains(() => memento.startAt),
    own: undefined,
    journal: join(folder, 'cloud.jsonl'),
  });
  const desired = parsedFile(memento.file);
  const secrets = new Set<string>();
  noteHeldSecrets(secrets, cloud, desired);
  noteAnsweredSecrets(secrets, cloud);
  await door.replay();
  noteHeldSecrets(secrets, cloud, desired);
  const asked = requestsIn(folder);
  for (const one of asked) noteAskedSecrets(secrets, one);
  return { cloud, desired, now: clock.now(), asked, secrets };
}

/** All requests that the journal of a folder holds by now. */
export function requestsIn(folder: string): readonly Asked[] {
  const lines = readFileSync(join(folder, 'cloud.jsonl'), 'utf8').split('\n');
  // The last one is empty, or not written to its end.
  return lines.slice(0, -1).flatMap((line) => {
    const deed = JSON.parse(line) as Omit<Asked, 'url'> & { readonly kind: string; url: string };
    return deed.kind === 'request' ? [{ ...deed, url: new URL(deed.url) }] : [];
  });
}

/** True for a request that could change something at a vendor. Asking for a token does not. */
export function isWrite({ method, url }: Asked): boolean {
  return method !== 'GET' && !url.hostname.startsWith('login.');
}

/** What vendors hold, in a form that can be compared. Nothing of it changes by itself. */
export function vendorState({ cloud, desired }: Pick<FolderWorld, 'cloud' | 'desired'>): object {
  return {
    applications: cloud.directory.applications().map((one) => ({
      ...one,
      servicePrincipal: cloud.directory.servicePrincipal(one.appId),
    })),
    secrets: cloud.vault.state.secrets(),
    deletedSecrets: cloud.vault.state.deletedSecrets(),
    connectors: connectorsOf(desired).map(({ region, applicationId }) => {
      const { connector } = cloud.nylas[region].hand.application(applicationId);
      return connector && { ...connector, records: [...connector.records.values()] };
    }),
  };
}

/** The client id and the secret that a connector works with, in truth. */
export function heldBy(
  { cloud, desired }: FolderWorld,
  connectorId: string,
): { readonly clientId: string; readonly clientSecret: string } | undefined {
  const named = connectorsOf(desired).find((one) => one.id === connectorId);
  if (!named) throw new Error(`The file has no connector ${connectorId}`);
  const { connector } = cloud.nylas[named.region].hand.application(named.applicationId);
  return connector && activeRecord(connector).data;
}

function connectorsOf(desired: Desired): Desired['registrations'][number]['connectors'] {
  return desired.registrations.flatMap((one) => one.connectors);
}

/** Notes every secret text that the simulated world holds now. */
export function noteHeldSecrets(secrets: Set<string>, cloud: Cloud, desired: Desired): void {
  for (const { appId, passwords } of cloud.directory.applications()) {
    const others = cloud.directory.servicePrincipal(appId)?.passwords ?? [];
    for (const { text } of [...passwords, ...others]) secrets.add(text);
  }
  for (const { versions } of cloud.vault.state.secrets()) {
    for (const { value } of versions) secrets.add(value);
  }
  for (const { region, applicationId } of connectorsOf(desired)) {
    const { keys, connector } = cloud.nylas[region].hand.application(applicationId);
    for (const key of keys.keys()) secrets.add(key);
    for (const { data } of connector?.records.values() ?? []) {
      if (data.clientSecret !== '') secrets.add(data.clientSecret);
    }
  }
}

/** Notes what the cloud tells from now on: texts that it shows only once. */
export function noteAnsweredSecrets(secrets: Set<string>, cloud: Cloud): void {
  const fetch = cloud.fetch.bind(cloud);
  cloud.fetch = async (request) => {
    const answer = await fetch(request);
    const text = await answer.clone().text();
    for (const [, secret] of text.matchAll(/"(?:secretText|access_token)":\s*"([^"]+)"/g)) {
      if (secret !== undefined) secrets.add(secret);
    }
    return answer;
  };
}

/** Notes what a request carries. */
export function noteAskedSecrets(
  secrets: Set<string>,
  { headers, body }: Pick<Asked, 'headers' | 'body'>,
): void {
  for (const [name, value] of headers) {
    if (name === 'authorization') secrets.add(value.replace(/^Bearer /, ''));
  }
  for (const [, secret] of body.matchAll(/"(?:value|client_secret)":\s*"([^"]{12,})"/g)) {
    if (secret !== undefined) secrets.add(secret);
  }
  const form = new URLSearchParams(body).get('client_secret');
  if (form !== null) secrets.add(form);
}

/** Everything that Keeper stored. */
export interface Stored {
  /** By container and name. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Text of every message in any queue, decoded where it was Base64. */
  readonly messages: readonly string[];
  /** By registration, oldest first. */
  readonly chains: ReadonlyMap<string, readonly Entry[]>;
  readonly isVerified: boolean;
}

/** Reads everything through the storage API, of a Keeper that has ended. */
export async function storedIn(folder: string): Promise<Stored> {
  const azurite = await startAzurite({ location: join(folder, 'storage') });
  try {
    return await storedAt(azurite.connectionString);
  } finally {
    await azurite.stop();
  }
}

/** Reads everything through the storage API of a Keeper that runs. */
export async function storedNow(folder: string): Promise<Stored> {
  return storedAt(storageOf(folder));
}

/** Reads everything in a storage account. */
export async function storedAt(connectionString: string): Promise<Stored> {
  const blobs = new Map<string, string>();
  const service = BlobServiceClient.fromConnectionString(connectionString);
  for await (const { name: container } of service.listContainers()) {
    const client = service.getContainerClient(container);
    for await (const { name } of client.listBlobsFlat({ includeMetadata: true })) {
      const { metadata = {} } = await client.getBlobClient(name).getProperties();
      const text = (await client.getBlobClient(name).downloadToBuffer()).toString('utf8');
      blobs.set(`${container}/${name}`, `${JSON.stringify(metadata)}\n${text}`);
    }
  }
  const store = blobChains({ account: { connectionString }, clock: simulatedClock(0, Date.now) });
  const keys = await store.list();
  if (!keys.ok) throw new Error(`Chains cannot be listed: ${keys.fault.kind}`);
  const chains = new Map<string, readonly Entry[]>();
  for (const key of keys.value) {
    const log = await readLog(store, key, blankHead);
    if (!log.ok) throw new Error(`The chain of ${key} cannot be read: ${log.fault.kind}`);
    chains.set(key, log.value.entries);
  }
  const verified = await verifyAll(store);
  return {
    blobs,
    messages: await messagesAt(connectionString),
    chains,
    isVerified: verified.ok && verified.value.every((one) => one.verified),
  };
}

async function messagesAt(connectionString: string): Promise<readonly string[]> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const texts: string[] = [];
  for await (const { name } of service.listQueues()) {
    const peeked = await service.getQueueClient(name).peekMessages({ numberOfMessages: 32 });
    for (const { messageText } of peeked.peekedMessageItems) {
      texts.push(messageText, Buffer.from(messageText, 'base64').toString('utf8'));
    }
  }
  return texts;
}

/** Where the storage of a Keeper that runs is: its process tells. */
function storageOf(folder: string): string {
  const pid = readFileSync(join(folder, 'storage', 'azurite.pid'), 'utf8').trim();
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const at = (service: string): string => {
    const port = words[words.indexOf(`--${service}Port`) + 1];
    return `http://127.0.0.1:${port}/devstoreaccount1`;
  };
  // The account that Azurite publishes; it is no secret.
  const key =
    'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
  return [
    'DefaultEndpointsProtocol=http',
    'AccountName=devstoreaccount1',
    `AccountKey=${key}`,
    `BlobEndpoint=${at('blob')}`,
    `QueueEndpoint=${at('queue')}`,
  ].join(';');
}
