/**
 * The loop in one process: the real clients over the simulated cloud, storage in memory, simulated
 * time. Nothing listens, nothing sleeps.
 */
import type { AccessToken, TokenCredential } from '@azure/identity';
import { entraTokens } from '../../src/clients/entra.ts';
import { graphDirectory } from '../../src/clients/graph.ts';
import { keyVault } from '../../src/clients/key-vault.ts';
import { nylasConnectors } from '../../src/clients/nylas.ts';
import { sendWindow } from '../../src/clients/send-window.ts';
import { fetchTransport, type Transport } from '../../src/clients/transport.ts';
import type { TokenSource } from '../../src/clients/identity.ts';
import { parseDesired } from '../../src/config/desired-file.ts';
import type { Desired, DesiredRegistration } from '../../src/core/desired.ts';
import type { Entry } from '../../src/core/entry.ts';
import { success } from '../../src/core/fault.ts';
import { Secret } from '../../src/core/secret.ts';
import { decodeLines, genesis } from '../../src/audit/chain.ts';
import { cloudHosts, keeperIdentity, simulatedCloud, type Cloud } from '../../src/local/cloud.ts';
import { simulatedClock, type SimulatedClock } from '../../src/local/clock.ts';
import type { FaultLevel } from '../../src/local/fates.ts';
import type { DirectoryOptions } from '../../src/local/simulators/directory-options.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import { foreseenDocument } from '../../src/foresight/document.ts';
import { runPass, type PassReport } from '../../src/reconcile/pass.ts';
import type { World } from '../../src/reconcile/world.ts';
import {
  memoryChains,
  memoryOrders,
  memoryQueue,
  memoryStates,
  memorySwitches,
} from './memory-stores.ts';

const startAt = Date.parse('2026-01-05T08:00:00Z');

export interface Scenario {
  readonly cloud: Cloud;
  readonly clock: SimulatedClock;
  readonly world: World;
  readonly stores: {
    chains: ReturnType<typeof memoryChains>;
    states: ReturnType<typeof memoryStates>;
    orders: ReturnType<typeof memoryOrders>;
    switches: ReturnType<typeof memorySwitches>;
    queue: ReturnType<typeof memoryQueue>;
  };
  readonly logged: string[];
  /** Reads a `keeper.yaml`; throws with all its errors. */
  desired(yaml: string): Desired;
  pass(registration: DesiredRegistration): Promise<PassReport>;
  /** Passes at each look that is asked for, until `at`, or until `settled` says so. */
  live(
    registration: DesiredRegistration,
    options: { untilAt: number; stop?: (report: PassReport) => boolean },
  ): Promise<PassReport>;
  entries(key: string): readonly Entry[];
}

export interface ScenarioOptions {
  readonly seed?: number;
  /** What all is drawn from, in place of what the seed gives. */
  readonly random?: Random;
  readonly faults?: FaultLevel;
  readonly directory?: Partial<DirectoryOptions>;
  /** Puts something between the loop and its world. */
  readonly wrap?: (world: World) => World;
  /**
   * Between the clients and the cloud, in place of what production's is closest to. It keeps no time
   * limits, and neither do the clients then.
   */
  readonly wire?: (fetch: Cloud['fetch']) => Transport;
}

/** A limit that is never reached. */
const patient = new AbortController().signal;

export function scenario(options: ScenarioOptions = {}): Scenario {
  const clock = simulatedClock(startAt, () => 0);
  const cloud = simulatedCloud({
    clock,
    seed: options.seed ?? 1,
    faults: options.faults ?? 'none',
    untilAt: startAt + 3 * 366 * 86_400_000,
    machineNow: () => clock.now(),
    ...(options.random ? { random: options.random } : {}),
    ...(options.directory ? { directory: options.directory } : {}),
  });
  const window = sendWindow(clock);
  const carry = options.wire ?? fetchTransport;
  const transport = window.guard(carry((request) => cloud.fetch(request)));
  const stores = {
    chains: memoryChains(() => clock.now()),
    states: memoryStates(),
    orders: memoryOrders(),
    switches: memorySwitches(),
    queue: memoryQueue(),
  };
  const logged: string[] = [];
  /** What was read last of a chain: checks read the same one several times. */
  let read: { readonly text: string; readonly entries: readonly Entry[] } = {
    text: '',
    entries: [],
  };
  const log =
    (level: string) =>
    (message: string, fields: object = {}) => {
      logged.push(JSON.stringify({ level, message, ...fields }));
    };
  const ids = cloud.random.fork('ids');
  const patience = {
    clock,
    transport,
    ...(options.wire ? { timeLimit: () => patient } : {}),
  };
  const vault = keyVault({
    ...patience,
    credential: credentialOf(cloud),
    vaultUrlOf: (name) => `https://${name}.${cloudHosts.vaultSuffix}`,
  });
  const bare: World = {
    directory: graphDirectory({
      ...patience,
      tokens: tokensOf(cloud),
      baseUrl: `https://${cloudHosts.graph}`,
    }),
    tokens: entraTokens({
      transport,
      authority: `https://${cloudHosts.login}`,
      tenant: cloud.directory.tenantId,
    }),
    vault,
    connectors: nylasConnectors({
      ...patience,
      vault,
      baseUrls: { us: `https://${cloudHosts.us}`, eu: `https://${cloudHosts.eu}` },
    }),
    ...stores,
    clock,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    within: window.within,
    newId: () => ids.uuid(),
    switchesPerHour: 50,
    actionsPerPass: 24,
    worker: 'test',
    build: 'test',
    identity: 'test',
  };
  const world = options.wrap?.(bare) ?? bare;
  const pass = (registration: DesiredRegistration): Promise<PassReport> =>
    runPass(world, registration, { foresee: foreseenDocument });
  return {
    cloud,
    clock,
    world,
    stores,
    logged,
    pass,
    desired(yaml) {
      const parsed = parseDesired(yaml, 'test');
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors, undefined, 1));
      return parsed.desired;
    },
    async live(registration, { untilAt, stop }) {
      for (;;) {
        const report = await pass(registration);
        const next =
          report.kind === 'looked' && !report.stop ? report.plan.nextLookAt : clock.now() + 900_000;
        // A tick every quarter of an hour finds what is due.
        const tickAt = Math.ceil(Math.max(next, clock.now() + 1) / 900_000) * 900_000;
        if (stop?.(report) || tickAt >= untilAt) return report;
        const landsAt = cloud.nextAt();
        if (landsAt !== undefined && landsAt < tickAt) {
          clock.jumpTo(landsAt);
          cloud.settle();
          cloud.takeEvents();
        }
        clock.jumpTo(tickAt);
        cloud.settle();
      }
    },
    entries(key) {
      const text = stores.chains.texts.get(key) ?? '';
      if (read.text === text) return read.entries;
      const { entries, defect } = decodeLines(text, genesis);
      if (defect) throw new Error(`chain of ${key}: ${JSON.stringify(defect)}`);
      read = { text, entries };
      return entries;
    },
  };
}

function credentialOf(cloud: Cloud): TokenCredential {
  return {
    async getToken(scopes): Promise<AccessToken> {
      const audience = String(scopes).replace(/\/\.default$/, '');
      const token = cloud.directory.tokenFor(keeperIdentity.principalId, audience);
      return { token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
    },
  };
}

function tokensOf(cloud: Cloud): TokenSource {
  return {
    async getToken(scope) {
      const audience = scope.replace(/\/\.default$/, '');
      return success(new Secret(cloud.directory.tokenFor(keeperIdentity.principalId, audience)));
    },
  };
}

/** Makes a Nylas application whose API key is in the vault; returns its id. */
export function nylasApplication(
  { cloud }: Scenario,
  region: 'us' | 'eu',
  mode: Parameters<Cloud['nylas']['us']['hand']['addApplication']>[0]['mode'],
): { id: string; apiKeySecret: string } {
  const { id, apiKey } = cloud.nylas[region].hand.addApplication({ mode });
  const apiKeySecret = `api-key-${id.slice(0, 8)}`;
  cloud.vault.putByHand(apiKeySecret, { value: apiKey });
  return { id, apiKeySecret };
}
