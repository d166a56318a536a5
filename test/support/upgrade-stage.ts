/**
 * One storage and one simulated cloud, and hosts of different builds before them: each a process of its
 * own with a bundle of its own, as two deployments of Keeper are.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, writeBundle } from '../../scripts/bundle.ts';
import { verifyAll } from '../../src/audit/verify.ts';
import type { EffectKind } from '../../src/core/entry.ts';
import { setBackdrop, type Backdrop } from '../../src/local/backdrop.ts';
import type { Password } from '../../src/local/simulators/directory-objects.ts';
import { readSavedStatus } from '../../src/reconcile/chain-session.ts';
import { settleAll } from '../rounds/ensemble.ts';
import { effectOf } from '../rounds/happening.ts';
import { HostGone, startRemoteHost, type RemoteHost } from '../rounds/remote-host.ts';
import { sharedClock, type SharedClock } from '../rounds/shared-clock.ts';
import { workUnderWay } from '../rounds/work-under-way.ts';
import { storedAt } from './data-folder.ts';

export interface UpgradeStage {
  readonly backdrop: Backdrop;
  /** Makes a bundle that calls itself so. */
  build(name: string): Promise<string>;
  /** Starts a host with such a bundle. */
  start(bundle: string): Promise<RemoteHost>;
  /** A registration's secret comes close to its end, and Key Vault tells a host. */
  age(registration: string, host: RemoteHost): Promise<void>;
  /** Lets hosts live until nothing is left to do. */
  settle(...hosts: readonly RemoteHost[]): Promise<boolean>;
  /** Lets a host live until a vendor has done this for it; then it is gone at once. */
  liveUntil(host: RemoteHost, effect: EffectKind): Promise<void>;
  passwordsOf(registration: string): readonly Password[];
  /** What is told of a registration, and by which builds its log was written, one after the other. */
  told(registration: string): Promise<Told>;
  /** Everything that must hold for all registrations, when nothing is left to do. */
  whole(): Promise<Whole>;
  stop(): Promise<void>;
}

export interface Told {
  readonly builds: readonly string[];
  /** Key ids that the vault and the connectors hold. */
  readonly serving: string | undefined;
  readonly atConnectors: readonly (string | null)[];
  readonly kinds: readonly string[];
}

export interface Whole {
  readonly outageSeconds: number;
  readonly verified: readonly boolean[];
  readonly underWay: readonly string[];
}

/** Days before its end at which renewal is long due. */
const daysLeft = 20;

const keys = { functionKey: 'function', systemKey: 'system', masterKey: 'master' };

/** Sets it up in a folder. No host runs yet. */
export async function setUpgradeStage(folder: string, seed: number): Promise<UpgradeStage> {
  const clockPath = join(folder, 'clock');
  const clocks: SharedClock[] = [];
  const backdrop = await setBackdrop({
    options: { seed, faults: 'none' },
    own: undefined,
    clockFrom(startAt) {
      const made = sharedClock(clockPath, startAt);
      clocks.push(made);
      return made;
    },
  });
  const [clock] = clocks;
  if (!clock) throw new Error('the backdrop asked for no clock');
  const hosts: RemoteHost[] = [];
  let onDone: ((effect: EffectKind) => void) | undefined;
  watchEffects(backdrop, (effect) => onDone?.(effect));
  const settle = (...living: readonly RemoteHost[]): Promise<boolean> =>
    settleAll({ backdrop, hosts: living, openUntilAt: 0 });

  async function liveUntil(host: RemoteHost, effect: EffectKind): Promise<void> {
    let wasDone = false;
    onDone = (done) => {
      if (done !== effect || wasDone) return;
      wasDone = true;
      host.kill();
    };
    try {
      await settle(host);
    } catch (error) {
      if (!(error instanceof HostGone)) throw error;
    }
    onDone = undefined;
    if (!wasDone) throw new Error(`nothing came of ${effect}`);
    await host.ended;
  }

  return {
    backdrop,
    build: (name) => buildIn(folder, name),
    async start(bundle) {
      const settings = { ...backdrop.settings(), KEEPER_INSTANCE: `host-${hosts.length + 1}` };
      const taking = { visibilitySeconds: 2, batchMessages: 1 };
      const { ca: authority } = backdrop.vendors;
      const order = { bundle, settings, keys, taking, clock: clockPath, authority };
      const host = patient(await startRemoteHost(order, clock));
      hosts.push(host);
      return host;
    },
    async age(registration, host) {
      await backdrop.door.age(registration, daysLeft);
      const status = await host.deliverEvent(nearExpiry(registration));
      if (status >= 300) throw new Error(`the event was not taken: ${status}`);
    },
    settle,
    liveUntil,
    passwordsOf: (registration) => passwordsOf(backdrop, registration),
    told: (registration) => toldOf(backdrop, registration),
    whole: () => wholeOf(backdrop),
    async stop() {
      for (const host of hosts) {
        host.kill();
        await host.ended;
      }
      await backdrop.stop();
      clock.close();
    },
  };
}

/**
 * On a busy machine a connection may be closed for idleness just when it is used again. A living host is
 * asked once more: to look twice, or to be told twice, does no harm.
 */
function patient(host: RemoteHost): RemoteHost {
  async function twice<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof HostGone) || !host.isRunning()) throw error;
      return ask();
    }
  }
  return {
    ...host,
    tick: () => twice(() => host.tick()),
    deliverEvent: (event) => twice(() => host.deliverEvent(event)),
  };
}

/** An event as Key Vault sends it. */
function nearExpiry(registration: string): object {
  return {
    id: randomUUID(),
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo',
    subject: `nylas-${registration}`,
    eventType: 'Microsoft.KeyVault.SecretNearExpiry',
    eventTime: '2026-01-01T00:00:00Z',
    data: { VaultName: 'demo', ObjectType: 'Secret', ObjectName: `nylas-${registration}` },
    dataVersion: '1',
  };
}

/** A deployed folder: the bundle, and the host's settings above it. */
async function buildIn(folder: string, name: string): Promise<string> {
  const outfile = join(folder, name, 'dist/main.mjs');
  await writeBundle({ ...repository, outfile }, name);
  copyFileSync(join(repository.root, 'host.json'), join(folder, name, 'host.json'));
  return outfile;
}

/** Tells of each write of a vendor's when it is done; its answer may or may not arrive. */
function watchEffects({ cloud }: Backdrop, tell: (effect: EffectKind) => void): void {
  const fetch = cloud.fetch.bind(cloud);
  cloud.fetch = async (request) => {
    const { method, url } = request;
    const body = await request.clone().text();
    const effect = effectOf({ method, url: new URL(url), body });
    const reply = await fetch(request);
    if (effect !== undefined && reply.status < 300) tell(effect);
    return reply;
  };
}

function passwordsOf({ desired, cloud }: Backdrop, id: string): readonly Password[] {
  const wanted = desired.registrations.find((one) => one.id === id);
  return cloud.directory
    .applications()
    .filter((one) => one.displayName === wanted?.displayName)
    .flatMap((one) => one.passwords);
}

async function toldOf({ azurite, states, desired }: Backdrop, id: string): Promise<Told> {
  const key = desired.registrations.find((one) => one.id === id)?.key ?? id;
  const { chains } = await storedAt(azurite.connectionString);
  const entries = chains.get(key) ?? [];
  const named = entries.flatMap((one) => (one.kind === 'configuration' ? (one.build ?? []) : []));
  const status = await readSavedStatus(states, key);
  if (!status.ok) throw new Error(`the state of ${id} cannot be read: ${status.fault.kind}`);
  return {
    builds: named.filter((build, index) => build !== named[index - 1]),
    serving: status.value?.credential?.keyId,
    atConnectors: status.value?.connectors.map(({ keyId }) => keyId) ?? [],
    kinds: entries.map(({ kind }) => kind),
  };
}

async function wholeOf(backdrop: Backdrop): Promise<Whole> {
  await backdrop.door.settle();
  const chains = await verifyAll(backdrop.chains);
  return {
    outageSeconds: backdrop.cloud.account.outageSeconds,
    verified: chains.ok ? chains.value.map(({ verified }) => verified) : [],
    underWay: await workUnderWay(backdrop),
  };
}
