/** Role: one process of Keeper: the real clients and the real loop over the simulated network. */
import type { TokenCredential } from '@azure/identity';
import { entraTokens } from '../../src/clients/entra.ts';
import { graphDirectory } from '../../src/clients/graph.ts';
import { keyVault } from '../../src/clients/key-vault.ts';
import type { TokenSource } from '../../src/clients/identity.ts';
import { nylasConnectors } from '../../src/clients/nylas.ts';
import { sendWindow, type SendWindow } from '../../src/clients/send-window.ts';
import type { Transport } from '../../src/clients/transport.ts';
import { success } from '../../src/core/fault.ts';
import { Secret } from '../../src/core/secret.ts';
import { cloudHosts, keeperIdentity, type Cloud } from '../../src/local/cloud.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { LogFields, World } from '../../src/reconcile/world.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoragePorts } from './storage.ts';

export interface WorkerOptions {
  readonly cloud: Cloud;
  readonly process: SimulatedProcess;
  readonly storage: StoragePorts;
  /** Makes the network from the window that guards it. */
  readonly wire: (window: SendWindow) => Transport;
  readonly ids: Random;
  readonly log: (line: string) => void;
  readonly switchesPerHour: number;
}

/** Calls end by simulated time, in the wire; the machine's time must not end them. */
const patient = new AbortController().signal;

/** The world of one process. */
export function worldOf(options: WorkerOptions): World {
  const { cloud, process, storage, ids } = options;
  const { clock } = process;
  const window = sendWindow(clock);
  const transport = options.wire(window);
  const patience = { clock, transport, timeLimit: () => patient };
  const vault = keyVault({
    ...patience,
    credential: credentialOf(cloud),
    vaultUrlOf: (name) => `https://${name}.${cloudHosts.vaultSuffix}`,
  });
  const log =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      options.log(JSON.stringify({ level, worker: process.name, message, ...fields }));
  return {
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
    ...storage,
    clock,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    within: window.within,
    newId: () => ids.uuid(),
    switchesPerHour: options.switchesPerHour,
    actionsPerPass: 24,
    worker: process.name,
    build: 'simulated',
    identity: 'simulated',
  };
}

const tokenOf = (cloud: Cloud, scope: string): string =>
  cloud.directory.tokenFor(keeperIdentity.principalId, scope.replace(/\/\.default$/, ''));

function credentialOf(cloud: Cloud): TokenCredential {
  return {
    getToken: async (scopes) => ({
      token: tokenOf(cloud, String(scopes)),
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }),
  };
}

function tokensOf(cloud: Cloud): TokenSource {
  const held = new Map<string, Secret>();
  return {
    async getToken(scope) {
      const token = held.get(scope) ?? new Secret(tokenOf(cloud, scope));
      held.set(scope, token);
      return success(token);
    },
  };
}
