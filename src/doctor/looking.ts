/** A visit, and how a reading becomes evidence. */
import type { DesiredRegistration } from '../core/desired.ts';
import type { Fault, Result } from '../core/fault.ts';
import { absent, known, unknown, type Seen } from '../core/observed.ts';
import type { DoctorSettings, Probes, ReadWorld } from './ports.ts';

/** What there is to look with, and at. */
export interface Visit {
  readonly world: ReadWorld;
  readonly probes: Probes;
  readonly registrations: readonly DesiredRegistration[];
  readonly settings: DoctorSettings;
}

/** A reading as evidence. */
export async function seen<T>(reading: Promise<Result<T | undefined>>): Promise<Seen<T>> {
  const result = await reading;
  if (!result.ok) return unknown(result.fault);
  return result.value === undefined ? absent : known(result.value);
}

/** What could only be read after something that was not there, or not to be seen. */
export function follows(first: Seen<unknown>): typeof absent | { kind: 'unknown'; fault: Fault } {
  return first.kind === 'unknown' ? first : absent;
}
