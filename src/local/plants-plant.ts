/** Role: what a plant is, and the world that it is set into. */
import type { PlantDescription } from '../cli/doctor-place.ts';
import type { SimulatedClock } from './clock.ts';
import type { Cloud } from './cloud.ts';
import type { LocalAzure } from './plants-ground.ts';

/** A world that can still be changed. */
export interface Ground {
  readonly cloud: Cloud;
  readonly azure: LocalAzure;
  readonly clock: SimulatedClock;
  /** The text of keeper.yaml. */
  file: string;
  /** What Keeper is told, by name. */
  readonly settings: Record<string, string>;
  /** How far the machine's clock is ahead. */
  aheadMs: number;
  /** When registrations are due. */
  readonly nextLooks: readonly number[];
}

/** One misconfiguration. */
export interface Plant extends PlantDescription {
  /** The check that must find it. */
  readonly finds: string;
  plant(ground: Ground): void | Promise<void>;
}
