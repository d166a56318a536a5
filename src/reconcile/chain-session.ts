/** Opens a pass on its chain, from the cached fold where there is one, and saves the fold after it. */
import { blankHead, readLog, type Head, type ReadLog } from '../audit/log.ts';
import type { ChainDefect } from '../audit/chain.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import type { Fault } from '../core/fault.ts';
import { remember } from '../core/fold.ts';
import { blankMemory, type Memory } from '../core/memory.ts';
import type { RegistrationStatus } from '../core/status.ts';
import type { Session } from './session.ts';
import type { StateStore, World } from './world.ts';

/** The state blob: the chain folded up to `head`, and what readers are told. */
export interface SavedState {
  readonly v: 1;
  readonly head: Head;
  readonly memory: Memory;
  readonly status: RegistrationStatus;
}

export type Opened =
  | { readonly kind: 'open'; readonly session: Session }
  | { readonly kind: 'unreadable'; readonly fault: Fault }
  | { readonly kind: 'broken'; readonly defect: ChainDefect };

/** Reads the chain. A cache that does not fit it is dropped, and the chain folded from its start. */
export async function openSession(world: World, desired: DesiredRegistration): Promise<Opened> {
  const cached = await readCache(world, desired.key);
  const start = cached ?? { head: blankHead, memory: blankMemory() };
  let read = await readLog(world.chains, desired.key, start.head);
  if (!read.ok) return { kind: 'unreadable', fault: read.fault };
  let memory = start.memory;
  if (read.value.defect && cached) {
    read = await readLog(world.chains, desired.key, blankHead);
    if (!read.ok) return { kind: 'unreadable', fault: read.fault };
    memory = blankMemory();
  }
  if (read.value.defect) return { kind: 'broken', defect: read.value.defect };
  return { kind: 'open', session: sessionOf(world, desired, read.value, memory) };
}

function sessionOf(
  world: World,
  desired: DesiredRegistration,
  read: ReadLog,
  memory: Memory,
): Session {
  return {
    world,
    desired,
    head: read.head,
    memory: remember(memory, read.entries),
    storageAheadMs: read.storageAt - world.clock.now(),
    blocked: new Map(),
    did: [],
  };
}

async function readCache(
  world: World,
  key: string,
): Promise<{ head: Head; memory: Memory } | undefined> {
  const read = await world.states.read(key);
  if (!read.ok || read.value === undefined) return undefined;
  try {
    const saved = JSON.parse(read.value) as SavedState;
    const fits = saved.v === 1 && saved.head.seq === saved.memory.seq && saved.memory.v === 1;
    return fits ? { head: saved.head, memory: saved.memory } : undefined;
  } catch {
    world.log.warn('state cache is not readable; folding the chain from its start', {
      registration: key,
    });
    return undefined;
  }
}

/** What the last pass told of a registration; `undefined` before the first. */
export async function readSavedStatus(
  states: StateStore,
  key: string,
): Promise<RegistrationStatus | undefined> {
  const read = await states.read(key);
  if (!read.ok || read.value === undefined) return undefined;
  try {
    return (JSON.parse(read.value) as SavedState).status;
  } catch {
    return undefined;
  }
}

export interface Saving {
  readonly status: RegistrationStatus;
  readonly fingerprint: string;
  readonly configuration: string;
  readonly nextLookAt: number;
}

/** Saves the fold. A failure costs the next pass some reading, nothing else. */
export async function saveState(session: Session, saving: Saving): Promise<void> {
  const { world, desired, head, memory } = session;
  const saved: SavedState = { v: 1, head, memory, status: saving.status };
  const written = await world.states.write(desired.key, JSON.stringify(saved), {
    registration: desired.key,
    nextLookAt: saving.nextLookAt,
    lookedAt: saving.status.lookedAt,
    fingerprint: saving.fingerprint,
    configuration: saving.configuration,
    state: saving.status.state,
    reason: saving.status.reason,
  });
  if (!written.ok) {
    world.log.warn('state cache was not saved', {
      registration: desired.key,
      fault: written.fault.kind,
    });
  }
}
