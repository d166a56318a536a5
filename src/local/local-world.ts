/**
 * Role: embedded worlds for the command line. One that runs is joined: its storage, its simulators, its
 * clock, its API. One that stands still is started for the call, without a host, so that nothing goes
 * on by itself; and without a folder there is a new one, gone afterwards.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../cli/terminal.ts';
import { readWanted, wantedFile, wantedText } from '../cli/wanted-file.ts';
import { operatorIdentity } from '../cli/world-live.ts';
import { worldLog } from '../cli/world-log.ts';
import type { OpenWorld, WorldPlace } from '../cli/world-place.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { composeWorld } from '../live.ts';
import type { Clock, World } from '../reconcile/world.ts';
import { setBackdrop, UnusableFile, unwind, type Backdrop } from './backdrop.ts';
import { resolveLocalhostNames, trustLocally } from './cloud-server.ts';
import type { Cloud } from './cloud.ts';
import { localCredential } from './local-credential.ts';
import { recall } from './memento.ts';
import { operatorId } from './operator.ts';
import { FolderFull } from './room.ts';
import { runClock } from './run-clock.ts';
import { readRunFile } from './run-file.ts';

/** Opens one. @throws UsageError when the folder is none of a run, or busy */
export async function openLocalWorld(place: WorldPlace): Promise<OpenWorld> {
  const { data } = place;
  if (data === undefined) return standing(place);
  refuseOthers(data);
  const joined = await joinedRun(place, data);
  if (joined) return joined;
  try {
    return await standing(place);
  } catch (error) {
    // It may have been about to start when it was looked for.
    const late = await joinedRun(place, data);
    if (late) return late;
    throw error;
  }
}

/** @throws UsageError */
function refuseOthers(data: string): void {
  const folder = resolve(data);
  if (!existsSync(join(folder, 'world.json'))) {
    throw new UsageError(
      `--data ${data}: no embedded run has kept its state there. Start one: npm start -- --data ${data}`,
    );
  }
  const memento = recall(folder);
  if (memento === 'unreadable' || memento?.file === undefined) {
    throw new UsageError(
      `--data ${data}: the run there never came to be. Start it: npm start -- --data ${data}`,
    );
  }
}

/** The run of a folder, if it is up. */
async function joinedRun(place: WorldPlace, data: string): Promise<OpenWorld | undefined> {
  const run = readRunFile(data);
  const memento = recall(resolve(data));
  if (!run || memento === undefined || memento === 'unreadable') return undefined;
  const undo: (() => unknown)[] = [trustLocally(run.authority), resolveLocalhostNames()];
  try {
    const clock = await runClock({ url: run.run, authority: run.authority, pid: run.pid });
    if (!clock) {
      await unwind(undo);
      return undefined;
    }
    undo.push(() => clock.stop());
    const desired =
      place.file === undefined
        ? wantedText('keeper.yaml', memento.file ?? '')
        : await wantedFile(resolve(place.file));
    const { url, token } = run.api;
    return {
      where: `the run in ${data}`,
      ...worldOf(place, run.settings, clock),
      desired,
      api: { url, token: async () => token },
      close: () => unwind(undo),
    };
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/** A world that moves only by what the caller does. */
async function standing(place: WorldPlace): Promise<OpenWorld> {
  const { data, file } = place;
  const undo: (() => unknown)[] = [];
  try {
    const backdrop = await backdropFor(place);
    undo.push(() => backdrop.stop());
    undo.push(trustLocally(backdrop.vendors.ca), resolveLocalhostNames());
    const desired =
      data !== undefined && file !== undefined ? await wantedFile(resolve(file)) : backdrop.desired;
    return {
      where: data === undefined ? 'a new embedded world' : `the embedded world in ${data}`,
      ...worldOf(place, backdrop.settings(), backdrop.clock),
      desired,
      by: operatorId,
      vendorWrites: countWrites(backdrop.cloud),
      close: () => unwind(undo),
    };
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/** @throws UsageError */
async function backdropFor({ data, file }: WorldPlace): Promise<Backdrop> {
  try {
    // The file of a folder's world is its own; one beside it is only what is wanted.
    const own =
      data === undefined && file !== undefined ? await readWanted(resolve(file)) : undefined;
    return await setBackdrop({
      options: { seed: 1, faults: 'none', ...(data === undefined ? {} : { data }) },
      own,
    });
  } catch (error) {
    if (error instanceof UnusableFile || error instanceof FolderFull) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}

/** The same composition as the deployed app's. */
function worldOf(
  { isVerbose }: WorldPlace,
  given: Readonly<Record<string, string>>,
  clock: Clock,
): { readonly settings: Settings; readonly world: World } {
  const read = readSettings(given);
  if (!read.ok) throw new Error('the settings of an embedded run are not usable');
  const { world } = composeWorld(read.settings, {
    credential: localCredential(given),
    clock,
    log: worldLog(isVerbose),
    worker: hostname(),
    identity: operatorIdentity,
  });
  return { settings: read.settings, world };
}

/** Counts from now on. Tokens and signatures change nothing. */
function countWrites(cloud: Cloud): () => number {
  let writes = 0;
  const fetch = cloud.fetch.bind(cloud);
  cloud.fetch = (request) => {
    const { pathname } = new URL(request.url);
    const isHarmless = /\/(?:token|sign)$/.test(pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isHarmless) writes += 1;
    return fetch(request);
  };
  return () => writes;
}
