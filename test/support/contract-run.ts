/**
 * Role: one run of a contract suite: the name prefix of all that it makes, its clock, patience with
 * vendors that show a write late, and the removal of what was made.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, Result } from '../../src/core/fault.ts';
import { graphSpacingMs, replicationMs } from '../../src/core/limits.ts';
import type { Clock } from '../../src/reconcile/world.ts';

/** All that any run makes begins with this. */
export const contractPrefix = 'keeper-contract-';

/** Hooks that wait for replication take as long as a vendor may; simulated waits take no time. */
export const contractHookMs = 40 * 60_000;

/** One run. */
export interface ContractRun {
  readonly clock: Clock;
  /** `keeper-contract-<random>`. */
  readonly prefix: string;
  /** A name of this run. */
  nameOf(what: string): string;
  /** Has something done at the end, last things first. */
  atEnd(what: string, remove: () => Promise<void>): void;
  /** @throws Error that names what could not be removed. */
  cleanUp(): Promise<void>;
}

/** A clock of the machine. */
export const machineClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => pause(ms),
};

/** A new run. */
export function contractRun(clock: Clock = machineClock): ContractRun {
  const prefix = `${contractPrefix}${randomUUID().slice(0, 8)}`;
  const removals: { readonly what: string; readonly remove: () => Promise<void> }[] = [];
  return {
    clock,
    prefix,
    nameOf: (what) => `${prefix}-${what}`,
    atEnd: (what, remove) => void removals.push({ what, remove }),
    async cleanUp() {
      const left: string[] = [];
      for (const { what, remove } of removals.splice(0).toReversed()) {
        await remove().catch(() => left.push(what));
      }
      if (left.length > 0) throw new Error(`Could not remove: ${left.join(', ')}`);
    },
  };
}

/** How long to look, how often, and how many looks in a row must agree. */
export interface Looking {
  readonly withinMs?: number;
  readonly everyMs?: number;
  readonly inARow?: number;
}

/**
 * Reads until the value is so in several reads in a row, since replicas differ. Faults and other
 * values begin the count anew.
 * @throws Error when the time is over.
 */
export async function eventually<T>(
  { clock }: Pick<ContractRun, 'clock'>,
  read: () => Promise<Result<T>>,
  isSo: (value: T) => boolean,
  { withinMs = replicationMs, everyMs = 2_000, inARow = 5 }: Looking = {},
): Promise<T> {
  const lastAt = clock.monotonic() + withinMs;
  let agreed = 0;
  for (;;) {
    const seen = await read();
    agreed = seen.ok && isSo(seen.value) ? agreed + 1 : 0;
    if (seen.ok && agreed >= inARow) return seen.value;
    if (clock.monotonic() > lastAt) throw new Error(`Not so within ${withinMs} ms: ${told(seen)}`);
    await clock.sleep(everyMs);
  }
}

/**
 * Sends a write until a vendor no longer refuses it because of what it has not seen yet. Only
 * refusals are repeated: a write whose end is not known could be done twice.
 */
export async function untilDone<T>(
  { clock }: Pick<ContractRun, 'clock'>,
  write: () => Promise<Result<T>>,
): Promise<T> {
  const lastAt = clock.monotonic() + replicationMs;
  for (;;) {
    await clock.sleep(graphSpacingMs);
    const done = await write();
    if (done.ok) return done.value;
    if (!passes(done.fault) || clock.monotonic() > lastAt) throw new Error(told(done));
  }
}

/** The value, or the fault as the test's failure. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(told(result));
  return result.value;
}

function passes({ kind, code }: Fault): boolean {
  if (kind === 'not-yet' || kind === 'absent' || kind === 'conflict') return true;
  return kind === 'denied' && code === 'Authorization_RequestDenied';
}

/** Values are left out: one could hold a secret. */
function told(result: Result<unknown>): string {
  return result.ok ? 'another value' : `fault: ${JSON.stringify(result.fault)}`;
}
