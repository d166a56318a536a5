/**
 * Which world a command works on: the one that settings name, with the operator's own sign-in, or an
 * embedded one. Whoever opens it closes it.
 */
import type { Settings } from '../config/settings.ts';
import type { Desired } from '../core/desired.ts';
import type { World } from '../reconcile/world.ts';
import { UsageError } from './terminal.ts';

/** What the options say. */
export interface WorldPlace {
  /** An embedded run instead of what settings name. */
  readonly isLocal: boolean;
  /** The folder of an embedded run; without it, one is started for the call. */
  readonly data?: string;
  /** A `keeper.yaml` in place of the deployed one. */
  readonly file?: string;
  /** What the world logs goes to stderr; else nowhere. */
  readonly isVerbose?: boolean;
}

/** Keeper's own HTTP API. */
export interface Api {
  readonly url: string;
  /** A bearer token of the caller. @throws UsageError when nobody is signed in. */
  token(): Promise<string>;
}

export interface OpenWorld {
  /** Names it for people: an account, or a folder. */
  readonly where: string;
  /** The ports, with the caller's own rights. */
  readonly world: World;
  readonly desired: Desired;
  /** What the world was made from. */
  readonly settings: Settings;
  /** Where Keeper answers; nothing where none runs or none is named. */
  readonly api?: Api;
  /**
   * Who orders are by where no API is there to verify it: the operator of an embedded world that
   * stands still. Its orders wait for the next run.
   */
  readonly by?: string;
  /**
   * Requests to vendors that could change something, since it was opened, however they ended; only
   * an embedded world that nobody else works in can tell.
   */
  readonly vendorWrites?: () => number;
  close(): Promise<void>;
}

/** How worlds are opened. @throws UsageError with what to do, when one cannot be. */
export interface WorldOpeners {
  live(place: WorldPlace): Promise<OpenWorld>;
  /** Only the repository's own command has it: the deployed one knows no embedded run. */
  readonly local?: (place: WorldPlace) => Promise<OpenWorld>;
}

/** Opens the world that the options name. @throws UsageError */
export async function openWorld(openers: WorldOpeners, place: WorldPlace): Promise<OpenWorld> {
  if (!place.isLocal) return openers.live(place);
  if (!openers.local) {
    throw new UsageError('--local is not in this build: run it from the repository.');
  }
  return openers.local(place);
}

/** Does something with a world, and closes it, however that ends. @throws UsageError */
export async function inWorld<T>(
  openers: WorldOpeners,
  place: WorldPlace,
  work: (open: OpenWorld) => Promise<T>,
): Promise<T> {
  const open = await openWorld(openers, place);
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
