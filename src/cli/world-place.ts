/**
 * Which world a command works on: the one that settings name, with the operator's own sign-in, or an
 * embedded one. Whoever opens it closes it.
 */
import type { Desired } from '../core/desired.ts';
import type { World } from '../reconcile/world.ts';

/** What the options say. */
export interface WorldPlace {
  /** An embedded run instead of what settings name. */
  readonly isLocal: boolean;
  /** The folder of an embedded run; without it, one is started for the call. */
  readonly data?: string;
  /** A `keeper.yaml` in place of the deployed one. */
  readonly file?: string;
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
  /** Where Keeper answers; nothing where none runs or none is named. */
  readonly api?: Api;
  /** Writes that vendors have carried out since it was opened; an embedded world alone can tell. */
  readonly vendorWrites?: () => number;
  close(): Promise<void>;
}

/** How worlds are opened. @throws UsageError with what to do, when one cannot be. */
export interface WorldOpeners {
  live(place: WorldPlace): Promise<OpenWorld>;
  /** Only the repository's own command has it: the deployed one knows no embedded run. */
  local?(place: WorldPlace): Promise<OpenWorld>;
}
