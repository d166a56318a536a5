/**
 * The simulated cloud: one directory, its token service, a vault with its events, Nylas in two
 * regions, and the account of outages, behind one `fetch` that tells hosts apart.
 */
import { fates, type FaultLevel, type Fates, type Landing } from './fates.ts';
import { truthOf, type Truth } from './truth.ts';
import type { SimulatedClock } from './clock.ts';
import { simulatedDirectory, type SimulatedDirectory } from './simulators/directory-state.ts';
import type { DirectoryOptions } from './simulators/directory-options.ts';
import { simulatedEntra, type SimulatedEntra } from './simulators/entra-simulator.ts';
import {
  simulatedEventGrid,
  type Delivery,
  type SimulatedEventGrid,
} from './simulators/event-grid.ts';
import { simulatedGraph } from './simulators/graph-simulator.ts';
import { simulatedNylas, type SimulatedNylas } from './simulators/nylas-simulator.ts';
import { outageAccount, type OutageAccount } from './simulators/outage.ts';
import { seededRandom, type Random } from './simulators/random.ts';
import type { Simulator, Surroundings } from './simulators/simulator.ts';
import { simulatedVault, type SimulatedVault } from './simulators/vault-simulator.ts';

/** Keeper's identity in the simulated directory. */
export const keeperIdentity = {
  principalId: '5a5a5a5a-0000-4000-8000-00000000c0de',
  clientId: '5a5a5a5a-0000-4000-8000-00000000c11e',
  header: 'simulated-identity-header',
} as const;

/** Host names of the simulated vendors, without port. */
export const cloudHosts = {
  graph: 'graph.localhost',
  login: 'login.localhost',
  us: 'api.us.nylas.localhost',
  eu: 'api.eu.nylas.localhost',
  vaultSuffix: 'vault.localhost',
} as const;

/** Where the vault's events are: the name of the one vault. */
export const demoVault = 'demo';

export type Counted = 'graph' | 'entra' | 'vault' | 'nylas';

export interface Cloud {
  /** One request to one of the hosts. Throws ConnectionCut. */
  fetch(request: Request): Promise<Response>;
  readonly random: Random;
  readonly directory: SimulatedDirectory;
  /** The demonstration's vault. */
  readonly vault: SimulatedVault;
  vaultNamed(name: string): SimulatedVault;
  readonly nylas: Readonly<Record<'us' | 'eu', SimulatedNylas>>;
  /** The events of all vaults that are due now. */
  takeEvents(): readonly Delivery[];
  /** An event of the vault that its body names was refused with this status. */
  redeliver(delivery: Delivery, status: number): void;
  readonly account: OutageAccount;
  readonly truth: Truth;
  readonly fates: Fates;
  readonly entra: SimulatedEntra;
  readonly counts: Readonly<Record<Counted, number>>;
  /** To be called before each change by hand, and before reading the account. */
  settle(): void;
  /** When something happens by itself next: an event is due, a late write lands. */
  nextAt(): number | undefined;
}

export interface CloudOptions {
  readonly clock: SimulatedClock;
  readonly seed: number | string;
  /** What all is drawn from, in place of what the seed gives. */
  readonly random?: Random;
  readonly faults: FaultLevel;
  /** Until when outages of vendors are drawn. */
  readonly untilAt: number;
  readonly machineNow: () => number;
  readonly directory?: Partial<DirectoryOptions>;
  /** What befalls requests, in place of what `faults` would draw. */
  readonly fates?: Fates;
  /** Whether a person ordered the removal of a credential. */
  readonly isOrdered?: (keyId: string) => boolean;
  /** Where outages go, in place of an account over all registrations. */
  readonly account?: (truth: Truth) => OutageAccount;
}

/** Makes the cloud. Same seed and same requests at the same instants: same answers. */
export function simulatedCloud(options: CloudOptions): Cloud {
  const random = options.random ?? seededRandom(options.seed);
  const { clock } = options;
  const surroundings: Surroundings = { now: () => clock.now(), random };
  const directory = simulatedDirectory(surroundings, options.directory);
  directory.setCallerRoles(keeperIdentity.principalId, ['Application.ReadWrite.OwnedBy']);
  const truth = truthOf(directory, keeperIdentity.principalId, options.isOrdered);
  const fate =
    options.fates ?? fates({ random, clock, level: options.faults, untilAt: options.untilAt });
  const account =
    options.account?.(truth) ??
    outageAccount({
      provenSince: (clientId, at) => truth.provenSince(clientId, at),
      reachableSince: (at) => fate.reachableSince(at),
    });
  const graph = simulatedGraph(directory, surroundings, {
    audiences: [`https://${cloudHosts.graph}`],
  });
  const entra = simulatedEntra(directory, surroundings, {
    identity: keeperIdentity,
    realNow: options.machineNow,
  });
  const nylasOf = (region: 'us' | 'eu'): SimulatedNylas =>
    simulatedNylas(surroundings, { region, truth, account });
  const nylas = { us: nylasOf('us'), eu: nylasOf('eu') };
  const vaults = new Map<string, { vault: SimulatedVault; events: SimulatedEventGrid }>();

  /** Vaults are made when they are first named. */
  function vaultNamed(name: string): { vault: SimulatedVault; events: SimulatedEventGrid } {
    const made = vaults.get(name) ?? makeVault(options, { surroundings, directory, truth, name });
    vaults.set(name, made);
    return made;
  }

  const counts: Record<Counted, number> = { graph: 0, entra: 0, vault: 0, nylas: 0 };

  function simulatorOf(hostname: string): (Simulator & Landing) | undefined {
    if (hostname === cloudHosts.graph) return graph;
    if (hostname === cloudHosts.login) return entra;
    if (hostname === cloudHosts.us) return nylas.us;
    if (hostname === cloudHosts.eu) return nylas.eu;
    const [name, ...suffix] = hostname.split('.');
    const isVault = name !== undefined && suffix.join('.') === cloudHosts.vaultSuffix;
    return isVault ? vaultNamed(name).vault : undefined;
  }

  function settle(): void {
    nylas.us.settle(clock.now());
    nylas.eu.settle(clock.now());
  }

  async function fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const simulator = simulatorOf(url.hostname);
    if (!simulator) return new Response('no such host', { status: 421 });
    counts[simulator.vendor] += 1;
    account.observe(clock.now());
    // Grants are settled before the world changes, or their past would be judged by its future.
    if (request.method !== 'GET') settle();
    // The managed-identity endpoint is on the machine itself: it does not fail as vendors do.
    if (url.pathname === '/msi/token') return simulator.fetch(request);
    // Nor do the keys that people's tokens are checked with: what befalls them is tried elsewhere.
    if (isSignIn(url)) return simulator.fetch(request);
    return fate.serve(simulator, request);
  }

  function nextAt(): number | undefined {
    const instants = [
      ...[...vaults.values()].map(({ events }) => events.nextAt()),
      nylas.us.nextAt(),
      nylas.eu.nextAt(),
    ].filter((at) => at !== undefined);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  function takeEvents(): readonly Delivery[] {
    return [...vaults.values()].flatMap(({ events }) => events.takeDue(clock.now()));
  }

  return {
    fetch,
    random,
    directory,
    vault: vaultNamed(demoVault).vault,
    vaultNamed: (name) => vaultNamed(name).vault,
    nylas,
    entra,
    takeEvents,
    redeliver(delivery, status) {
      const topic = String(delivery.body['topic'] ?? delivery.body['source']);
      vaultNamed(topic.split('/').at(-1)?.trim() ?? demoVault).events.redeliver(delivery, status);
    },
    account,
    truth,
    fates: fate,
    counts,
    settle,
    nextAt,
  };
}

function isSignIn({ hostname, pathname }: URL): boolean {
  return hostname === cloudHosts.login && !pathname.endsWith('/token');
}

interface VaultParts {
  readonly surroundings: Surroundings;
  readonly directory: SimulatedDirectory;
  readonly truth: Truth;
  readonly name: string;
}

function makeVault(
  { faults }: CloudOptions,
  { surroundings, directory, truth, name }: VaultParts,
): { vault: SimulatedVault; events: SimulatedEventGrid } {
  const host = `${name}.${cloudHosts.vaultSuffix}`;
  const resource = `https://${cloudHosts.vaultSuffix}`;
  const quiet = { duplicateChance: 0, lateChance: 0, strayBlankChance: 0 };
  const events = simulatedEventGrid(surroundings, {
    topic: `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/demo/providers/Microsoft.KeyVault/vaults/${name}`,
    host,
    schema: 'mixed',
    ...(faults === 'none' ? quiet : {}),
  });
  const vault = simulatedVault(surroundings, {
    vaultName: name,
    host,
    authority: `https://${cloudHosts.login}/${directory.tenantId}`,
    resource,
    accepts: (token) => directory.principalOf(token, resource) !== undefined,
    callerOf: (token) => directory.principalOf(token, resource)?.principalId ?? '',
    onChange(change) {
      truth.observe(change);
      events.observe(change);
    },
  });
  return { vault, events };
}
