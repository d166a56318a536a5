/**
 * Role: the simulated vendors over HTTPS for contract suites, with hands that decide what befalls a
 * request. The suites speak to it through the same clients as to a real vendor.
 */
import type { TokenCredential } from '@azure/identity';
import {
  fetchTransport,
  undiciAgent,
  undiciTransport,
  type Transport,
} from '../../src/clients/transport.ts';
import { simulatedClock, type SimulatedClock } from '../../src/local/clock.ts';
import {
  resolveLocalhostNames,
  startCloudServer,
  trustLocally,
} from '../../src/local/cloud-server.ts';
import type { DirectoryOptions } from '../../src/local/simulators/directory-options.ts';
import {
  simulatedDirectory,
  type SimulatedDirectory,
} from '../../src/local/simulators/directory-state.ts';
import { simulatedEntra } from '../../src/local/simulators/entra-simulator.ts';
import { simulatedGraph } from '../../src/local/simulators/graph-simulator.ts';
import { simulatedNylas, type SimulatedNylas } from '../../src/local/simulators/nylas-simulator.ts';
import { seededRandom } from '../../src/local/simulators/random.ts';
import { ConnectionCut, type Simulator } from '../../src/local/simulators/simulator.ts';
import { simulatedVault, type SimulatedVault } from '../../src/local/simulators/vault-simulator.ts';
import { truthOf } from '../../src/local/truth.ts';

/** Who calls in simulated suites. */
export const contractPrincipal = '5a5a5a5a-0000-4000-8000-0000000c0de5';

/** What happens to a request: carried out with the answer lost, lost on its way, or refused. */
export type ContractFate =
  | 'lose-answer'
  | 'lose-request'
  | 'land-later'
  | { readonly status: number; readonly retryAfterSeconds?: number };

/** Decides about a request: a fate, another answer, or `undefined`: it is served. */
export type DecideFate = (request: Request) => Decided | Promise<Decided>;

type Decided = ContractFate | Response | undefined;

/** The simulated vendors and where they listen. */
export interface ContractCloud {
  readonly clock: SimulatedClock;
  readonly directory: SimulatedDirectory;
  readonly vault: SimulatedVault;
  readonly nylas: SimulatedNylas;
  readonly urls: {
    readonly graph: string;
    readonly login: string;
    readonly vaultSuffix: string;
    readonly nylas: string;
  };
  readonly transport: Transport;
  /** The same vendors without sockets, where a run has many thousand requests. */
  readonly inProcess: Transport;
  /** The caller's; changing `isGood` to false makes every next token worthless. */
  readonly credential: TokenCredential & { isGood: boolean };
  /** What one request takes, in simulated milliseconds. */
  readonly pace: { requestMs: number };
  /** `<METHOD> <path>` of each request, in order. */
  readonly seen: string[];
  /** From now on; without a function everything is served. */
  decide(fate?: DecideFate): void;
  stop(): Promise<void>;
}

const hosts = {
  graph: 'graph.localhost',
  login: 'login.localhost',
  vault: 'vault.localhost',
  nylas: 'api.eu.nylas.localhost',
} as const;

/** The name of the one simulated vault. */
export const contractVault = 'contract';

/** Starts it. The tenant has the vendor's habits unless told otherwise. */
export async function startContractCloud(
  options: Partial<DirectoryOptions> = {},
): Promise<ContractCloud> {
  const clock = simulatedClock(Date.UTC(2026, 10, 25), Date.now);
  const vendors = simulators(clock, options);
  const seen: string[] = [];
  const pace = { requestMs: 30 };
  let decided: DecideFate | undefined;

  async function fetch(request: Request): Promise<Response> {
    const { hostname, pathname } = new URL(request.url);
    const simulator = vendors.byHost(hostname);
    if (simulator === undefined) return new Response('no such host', { status: 421 });
    clock.advance(pace.requestMs);
    seen.push(`${request.method} ${pathname}`);
    if (request.method !== 'GET') vendors.nylas.settle(clock.now());
    const fate = await decided?.(request.clone());
    if (fate === undefined) return simulator.fetch(request);
    if (fate instanceof Response) return fate;
    if (fate === 'land-later') return vendors.nylas.landLater(request);
    if (typeof fate === 'object') return simulator.refusal(fate.status, fate.retryAfterSeconds);
    if (fate === 'lose-answer') await simulator.fetch(request);
    throw new ConnectionCut();
  }

  const server = await startCloudServer({
    hosts: [hosts.graph, hosts.login, `*.${hosts.vault}`, hosts.nylas],
    fetch,
  });
  const undo = [trustLocally(server.ca), resolveLocalhostNames()];
  const agent = undiciAgent();
  const at = (host: string): string => `${host}:${server.port}`;
  return {
    clock,
    directory: vendors.directory,
    vault: vendors.vault,
    nylas: vendors.nylas,
    urls: {
      graph: `https://${at(hosts.graph)}`,
      login: `https://${at(hosts.login)}`,
      vaultSuffix: at(hosts.vault),
      nylas: `https://${at(hosts.nylas)}`,
    },
    transport: undiciTransport({ dispatcher: agent }),
    inProcess: fetchTransport(fetch),
    credential: simulatedCredential(vendors.directory),
    pace,
    seen,
    decide: (fate) => {
      decided = fate;
    },
    async stop() {
      await agent.close();
      for (const step of undo) step();
      await server.stop();
    },
  };
}

function simulators(clock: SimulatedClock, options: Partial<DirectoryOptions>) {
  const surroundings = { now: () => clock.now(), random: seededRandom('contract') };
  const directory = simulatedDirectory(surroundings, {
    callers: { [contractPrincipal]: ['Application.ReadWrite.OwnedBy', 'Policy.Read.All'] },
    ...options,
  });
  const graph = simulatedGraph(directory, surroundings, { audiences: [`https://${hosts.graph}`] });
  const entra = simulatedEntra(directory, surroundings);
  const nylas = simulatedNylas(surroundings, {
    region: 'eu',
    truth: truthOf(directory, contractPrincipal),
  });
  const resource = `https://${hosts.vault}`;
  const vault = simulatedVault(surroundings, {
    vaultName: contractVault,
    host: `${contractVault}.${hosts.vault}`,
    authority: `https://${hosts.login}/${directory.tenantId}`,
    resource,
    accepts: (token) => directory.principalOf(token, resource) !== undefined,
    callerOf: (token) => directory.principalOf(token, resource)?.principalId ?? '',
  });
  const all: Readonly<Record<string, Simulator>> = {
    [hosts.graph]: graph,
    [hosts.login]: entra,
    [vault.host]: vault,
    [hosts.nylas]: nylas,
  };
  return { directory, nylas, vault, byHost: (hostname: string) => all[hostname] };
}

/** Tokens for the resource that is asked for; the port of this run is no part of its name. */
function simulatedCredential(directory: SimulatedDirectory): TokenCredential & { isGood: boolean } {
  return {
    isGood: true,
    async getToken(scopes) {
      const [scope = ''] = typeof scopes === 'string' ? [scopes] : scopes;
      const audience = `https://${new URL(scope).hostname}`;
      return {
        token: this.isGood ? directory.tokenFor(contractPrincipal, audience) : 'worthless',
        expiresOnTimestamp: Date.now() + 3_600_000,
      };
    },
  };
}
