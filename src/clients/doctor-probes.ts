/** All probes over one sign-in, for a deployed Keeper and for the embedded one alike. */
import type { TokenCredential } from '@azure/identity';
import type { Settings } from '../config/settings.ts';
import type { DoctorSettings, Probes, StorageProbes } from '../doctor/ports.ts';
import type { Clock, Vault } from '../reconcile/world.ts';
import { azureProbes } from './doctor-azure.ts';
import { azureUrlOf } from './doctor-azure-send.ts';
import { clockWitness } from './doctor-clock.ts';
import { entraProbes } from './doctor-entra.ts';
import { nylasProbes } from './doctor-nylas.ts';
import { storageProbes } from './doctor-storage.ts';
import { tokenSource } from './identity.ts';
import type { Transport } from './transport.ts';
import { vaultSigner } from './vault-key.ts';

export interface ProbesOptions {
  readonly settings: Settings;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly transport: Transport;
  /** Keys of Nylas come from here. */
  readonly vault: Pick<Vault, 'readNewest'>;
  /** In place of the control plane that belongs to the Microsoft Graph of the settings. */
  readonly azureUrl?: string;
  /** In place of the account's own probes. */
  readonly storage?: StorageProbes;
}

/** The probes. */
export function doctorProbes(options: ProbesOptions): Probes {
  const { settings, credential, clock, vault } = options;
  const witness = clockWitness(options.transport, clock);
  const { transport } = witness;
  // Tokens end by real time, whatever a demonstration's clock says.
  const tokens = tokenSource({ credential, clock: { now: () => Date.now() } });
  const patience = { clock, transport };
  const signer =
    settings.checkpointKey === undefined
      ? undefined
      : vaultSigner({ ...patience, credential, keyUrl: settings.checkpointKey });
  return {
    entra: entraProbes({ ...patience, tokens, baseUrl: settings.graphUrl }),
    nylas: nylasProbes({ ...patience, vault, baseUrls: settings.nylasUrls }),
    azure: azureProbes({
      ...patience,
      tokens,
      baseUrl: options.azureUrl ?? azureUrlOf(settings.graphUrl),
    }),
    storage: options.storage ?? storageProbes(storageOptions(options)),
    ...(signer === undefined ? {} : { readSigningKey: () => signer.currentKey() }),
    clocks: () => witness.seen(),
  };
}

function storageOptions({ settings: { storage }, credential, clock }: ProbesOptions) {
  return {
    clock,
    account:
      storage.kind === 'connection-string'
        ? { connectionString: storage.connectionString.reveal() }
        : { blobUrl: storage.blobUrl, queueUrl: storage.queueUrl, credential },
  };
}

/** What checks may know of the settings. */
export function doctorSettings(settings: Settings): DoctorSettings {
  const { clientId, audience, checkpointKey, storage, queue, file, graphUrl, nylasUrls } = settings;
  return {
    queue,
    file,
    graphUrl,
    nylasUrls,
    ...(clientId === undefined ? {} : { clientId }),
    ...(audience === undefined ? {} : { audience }),
    ...(checkpointKey === undefined ? {} : { checkpointKey }),
    ...(storage.kind === 'identity'
      ? { storageAccount: new URL(storage.blobUrl).hostname.split('.')[0] ?? '' }
      : {}),
  };
}
