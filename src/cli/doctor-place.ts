/** Which Keeper doctor visits: the one that settings name, with the caller's own sign-in, or an embedded one. */
import type { Desired } from '../core/desired.ts';
import type { DoctorSettings, Probes, ReadWorld } from '../doctor/ports.ts';
import type { WorldPlace } from './world-place.ts';

/** A Keeper that can be looked at, until it is closed. */
export interface OpenVisit {
  /** For people: which one it is. */
  readonly where: string;
  readonly world: ReadWorld;
  readonly probes: Probes;
  readonly desired: Desired;
  readonly settings: DoctorSettings;
  /** Writes at vendors since it was opened; an embedded one alone can tell. */
  readonly vendorWrites?: () => number;
  close(): Promise<void>;
}

/** A misconfiguration that the embedded mode can be given. */
export interface PlantDescription {
  readonly name: string;
  readonly what: string;
}

/** How visits are opened. @throws UsageError */
export interface VisitOpeners {
  live(place: WorldPlace): Promise<OpenVisit>;
  /** Only the repository's own command has it. `plant` names what is to be set wrong first. */
  readonly local?: (place: WorldPlace, plant?: string) => Promise<OpenVisit>;
  readonly plants?: () => Promise<readonly PlantDescription[]>;
}
