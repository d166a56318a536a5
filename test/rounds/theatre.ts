/**
 * A simulated world that outlives hosts: storage, vendors and clock belong to this process; hosts
 * are processes of their own that reach them only over sockets, and can be killed. Everything that
 * hosts send to vendors is written down here, and every secret that ever was in this world is known.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setBackdrop, type Backdrop } from '../../src/local/backdrop.ts';
import type { FaultLevel } from '../../src/local/fates.ts';
import type { HostKeys } from '../../src/local/host-keys.ts';
import type { Taking } from '../../src/local/host-queue.ts';
import type { Password } from '../../src/local/simulators/directory-objects.ts';
import {
  noteAnsweredSecrets,
  noteAskedSecrets,
  noteHeldSecrets,
  type Asked,
} from '../support/data-folder.ts';
import { startTcpProxy, type Line, type TcpProxy } from '../support/tcp-proxy.ts';
import { settleAll } from './ensemble.ts';
import { effectOf, storageDeedOf, type Happening } from './happening.ts';
import { startRemoteHost, type RemoteHost } from './remote-host.ts';
import { sharedClock, type SharedClock } from './shared-clock.ts';

const keys: HostKeys = { functionKey: 'function', systemKey: 'system', masterKey: 'master' };

export interface TheatreOptions {
  /** Where everything is kept. */
  readonly folder: string;
  readonly seed: number;
  readonly faults: FaultLevel;
  /** How hosts take messages; by default so that a dead host's message soon comes back. */
  readonly taking?: Taking;
  /** What becomes of connections from hosts. */
  readonly lines?: { readonly vendors?: () => Line; readonly blobs?: () => Line };
  /** The clock also flows with the machine's. */
  readonly flows?: boolean;
}

export interface Theatre extends Pick<TheatreOptions, 'folder' | 'seed' | 'faults'> {
  readonly backdrop: Backdrop;
  readonly clock: SharedClock;
  /** All requests that could change something at a vendor. */
  readonly writes: readonly Asked[];
  /** Every secret text that ever was in this world. */
  readonly secrets: ReadonlySet<string>;
  /** Of secrets that people had made before Keeper came. */
  readonly foreignKeyIds: ReadonlySet<string>;
  readonly hosts: readonly RemoteHost[];
  readonly proxies: Readonly<Record<'vendors' | 'blobs' | 'queues', TcpProxy>>;
  /** Told of whatever hosts do. */
  onHappening: ((happening: Happening) => void) | undefined;
  /** A person orders these to go, and takes what follows upon himself. */
  orderRemoval(passwords: readonly Pick<Password, 'text'>[]): void;
  startHost(): Promise<RemoteHost>;
  /** Until then an order stands open; hosts live on to that instant before all is settled. */
  openUntilAt: number;
  /** Lets hosts live until all is settled. False: it never was. @throws HostGone */
  settle(...hosts: readonly RemoteHost[]): Promise<boolean>;
  stop(): Promise<void>;
}

/** Opens it. No host runs yet. */
export async function openTheatre(options: TheatreOptions): Promise<Theatre> {
  const { folder, seed, faults } = options;
  mkdirSync(folder, { recursive: true });
  const stack = new AsyncDisposableStack();
  try {
    const clocks: SharedClock[] = [];
    const clockPath = join(folder, 'clock');
    const backdrop = await setBackdrop({
      options: { data: join(folder, 'data'), seed, faults },
      own: undefined,
      clockFrom(startAt) {
        const made = sharedClock(clockPath, startAt);
        clocks.push(made);
        return made;
      },
    });
    stack.defer(() => backdrop.stop());
    const [clock] = clocks;
    if (!clock) throw new Error('the backdrop asked for no clock');
    return await furnish(options, { backdrop, clock, clockPath, stack });
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

interface Furnishing {
  readonly backdrop: Backdrop;
  readonly clock: SharedClock;
  readonly clockPath: string;
  readonly stack: AsyncDisposableStack;
}

async function furnish(
  options: TheatreOptions,
  { backdrop, clock, clockPath, stack }: Furnishing,
): Promise<Theatre> {
  const { folder, seed, faults } = options;
  const hosts: RemoteHost[] = [];
  let begun = 0;
  const watch = watchVendors(backdrop, (happening) => theatre.onHappening?.(happening));
  const proxies = await startProxies(options, backdrop, (happening) =>
    theatre.onHappening?.(happening),
  );
  for (const proxy of Object.values(proxies)) stack.defer(() => proxy.stop());
  if (options.flows === true) stack.use(flowing(clock));
  const bundle = copiedBundle(folder);
  const storage = doorsTo(backdrop.azurite.connectionString, proxies);

  async function startHost(): Promise<RemoteHost> {
    begun += 1;
    const instance = `host-${begun}`;
    const settings = backdrop.settings({ vendorPort: proxies.vendors.port, storage });
    const order = {
      bundle,
      settings: { ...settings, KEEPER_INSTANCE: instance },
      keys,
      taking: options.taking ?? { visibilitySeconds: 2, batchMessages: 1 },
      clock: clockPath,
      authority: backdrop.vendors.ca,
    };
    const host = await startRemoteHost(order, clock);
    hosts.push(host);
    return host;
  }

  const theatre: Theatre = {
    folder,
    seed,
    faults,
    backdrop,
    clock,
    ...watch,
    hosts,
    proxies,
    onHappening: undefined,
    openUntilAt: 0,
    orderRemoval: removalsByOrder(backdrop),
    startHost,
    settle: (...living) => settleAll({ backdrop, hosts: living, openUntilAt: theatre.openUntilAt }),
    async stop() {
      for (const host of hosts) {
        host.kill();
        await host.ended;
      }
      await stack.disposeAsync();
      clock.close();
    },
  };
  return theatre;
}

/** The bundle as it is now, so that a rebuild does not reach a trial that runs. */
function copiedBundle(folder: string): string {
  const repository = join(import.meta.dirname, '../..');
  const app = join(folder, 'app');
  mkdirSync(join(app, 'dist'), { recursive: true });
  copyFileSync(join(repository, 'host.json'), join(app, 'host.json'));
  const bundle = join(app, 'dist/main.mjs');
  rmSync(bundle, { force: true });
  copyFileSync(join(repository, 'dist/main.mjs'), bundle);
  return bundle;
}

/** Writes down what is asked of vendors, and tells of it while it happens. */
function watchVendors(
  { cloud, desired, clock }: Backdrop,
  tell: (happening: Happening) => void,
): Pick<Theatre, 'writes' | 'secrets' | 'foreignKeyIds'> {
  const writes: Asked[] = [];
  const secrets = new Set<string>();
  noteHeldSecrets(secrets, cloud, desired);
  noteAnsweredSecrets(secrets, cloud);
  const fetch = cloud.fetch.bind(cloud);
  cloud.fetch = async (request) => {
    const asked: Asked = {
      method: request.method,
      url: new URL(request.url),
      headers: [...request.headers],
      body: await request.clone().text(),
      at: clock.now(),
    };
    noteAskedSecrets(secrets, asked);
    const deed = effectOf(asked);
    if (deed === undefined) return fetch(request);
    writes.push(asked);
    tell({ deed, phase: 'sent' });
    try {
      return await fetch(request);
    } finally {
      tell({ deed, phase: 'done' });
      setTimeout(() => tell({ deed, phase: 'answered' }), 3);
    }
  };
  const foreign = cloud.directory.applications().flatMap((one) => one.passwords);
  return { writes, secrets, foreignKeyIds: new Set(foreign.map((one) => one.keyId)) };
}

/** What Keeper removes by order is the order's doing: the account of outages cannot know by itself. */
function removalsByOrder({ cloud: { truth } }: Backdrop): Theatre['orderRemoval'] {
  const ordered = new Set<string>();
  const accepts = truth.accepts.bind(truth);
  truth.accepts = (clientId, text, at) => {
    const verdict = accepts(clientId, text, at);
    const isOrdered = !verdict.ok && verdict.why === 'removed-by-keeper' && ordered.has(text);
    return isOrdered ? { ok: false, why: 'removed-by-order' } : verdict;
  };
  return (passwords) => {
    for (const { text } of passwords) ordered.add(text);
  };
}

async function startProxies(
  { lines = {} }: TheatreOptions,
  { azurite, vendors }: Backdrop,
  tell: (happening: Happening) => void,
): Promise<Theatre['proxies']> {
  let sent: Happening['deed'] | undefined;
  return {
    vendors: await startTcpProxy({
      targetPort: vendors.port,
      ...(lines.vendors ? { lineOf: lines.vendors } : {}),
    }),
    blobs: await startTcpProxy({
      targetPort: azurite.blobPort,
      ...(lines.blobs ? { lineOf: lines.blobs } : {}),
      onSent(piece) {
        const deed = storageDeedOf(piece);
        if (deed === undefined) return;
        sent = deed;
        tell({ deed, phase: 'sent' });
      },
      onReplied() {
        if (sent !== undefined) tell({ deed: sent, phase: 'answered' });
        sent = undefined;
      },
    }),
    queues: await startTcpProxy({ targetPort: azurite.queuePort }),
  };
}

function doorsTo(connectionString: string, proxies: Theatre['proxies']): string {
  return [proxies.blobs, proxies.queues].reduce(
    (text, { port, targetPort }) => text.replace(`127.0.0.1:${targetPort}/`, `127.0.0.1:${port}/`),
    connectionString,
  );
}

function flowing(clock: SharedClock): Disposable {
  clock.flow();
  const timer = setInterval(() => clock.sync(), 20);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
