/** The world that the settings name, as an operator sees it: the same settings, another sign-in. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import { describeSettingErrors, readSettings, type Settings } from '../config/settings.ts';
import { cloudOf } from '../config/cloud.ts';
import { composeWorld, logName, pathOf, systemClock } from '../live.ts';
import { operatorCredential, tokenOf } from './operator-credential.ts';
import { UsageError } from './terminal.ts';
import { wantedFile } from './wanted-file.ts';
import { worldLog } from './world-log.ts';
import type { Api, OpenWorld, WorldPlace } from './world-place.ts';

/** Whose rights entries on the chain name when a person works from a command line. */
export const operatorIdentity = 'operator-command-line';

/** What is of this machine. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who sits here. */
  readonly credential?: (settings: Pick<Settings, 'tenantId' | 'loginUrl'>) => TokenCredential;
}

/** Opens it. @throws UsageError when settings are missing, the file is faulty, or nobody is signed in */
export async function openNamedWorld(
  place: WorldPlace,
  { env, credential: credentialOf = operatorCredential }: Machine = { env: process.env },
): Promise<OpenWorld> {
  const settings = settingsIn(env);
  const desired = await wantedFile(
    place.file === undefined ? pathOf(settings.file) : resolve(place.file),
    cloudOf(settings),
  );
  const credential = credentialOf(settings);
  // Asked for first: else each vendor would tell in its own words that nobody is signed in.
  await tokenOf(credential, firstScope(settings));
  const { world } = composeWorld(settings, {
    credential,
    clock: systemClock,
    log: worldLog(place.isVerbose),
    worker: hostname(),
    identity: operatorIdentity,
  });
  const api = apiOf(settings, credential);
  return {
    where: logName(settings),
    world,
    desired,
    settings,
    ...(api === undefined ? {} : { api }),
    close: async () => undefined,
  };
}

function settingsIn(env: Machine['env']): Settings {
  const read = readSettings(env);
  if (read.ok) return read.settings;
  throw new UsageError(
    `no Keeper is named. Set the settings of the deployed one, or give --local:\n${describeSettingErrors(read.errors)}`,
  );
}

/** What every command needs: storage, or with a key for it the directory. */
function firstScope({ storage, graphUrl }: Settings): string {
  return storage.kind === 'identity'
    ? 'https://storage.azure.com/.default'
    : `${graphUrl}/.default`;
}

function apiOf({ audience, publicUrl }: Settings, credential: TokenCredential): Api | undefined {
  if (audience === undefined || publicUrl === undefined) return undefined;
  return { url: publicUrl, token: () => tokenOf(credential, `${audience}/.default`) };
}
