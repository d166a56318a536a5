/** Opens a pass on its chain, from the cached fold where there is one, and saves the fold after it. */
import { sha256 } from '../audit/canonical.ts';
import { blankHead, readLog, type Head, type ReadLog } from '../audit/log.ts';
import type { ChainDefect } from '../audit/chain.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import { success, type Fault, type Result } from '../core/fault.ts';
import { reasons } from '../core/reason.ts';
import { remember } from '../core/fold.ts';
import { firstPatienceMs, maxPatienceMs } from '../core/limits.ts';
import { blankMemory, type Memory } from '../core/memory.ts';
import type { RegistrationStatus } from '../core/status.ts';
import type { Session } from './session.ts';
import type { StateStore, World } from './world.ts';

/** The state blob: the chain folded up to `head`, and what readers are told. */
export interface SavedState {
  readonly v: 1;
  readonly head: Head;
  readonly memory: Memory;
  /** SHA-256 over head and memory: what was damaged is folded anew. */
  readonly sum: string;
  readonly status: RegistrationStatus;
}

export type Opened =
  /** `before`: what the last pass told. */
  | { readonly kind: 'open'; readonly session: Session; readonly before?: RegistrationStatus }
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
  const session = sessionOf(world, desired, read.value, memory);
  const patienceMs = cached ? patienceAfter(cached.status) : firstPatienceMs;
  return {
    kind: 'open',
    session: { ...session, patienceMs },
    ...(cached ? { before: cached.status } : {}),
  };
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

/** Doubled with each look that finds a vendor silent, so that a long outage costs few looks. */
function patienceAfter({ reason, lookedAt, nextLookAt }: RegistrationStatus): number {
  if (reason !== 'unreachable' && reason !== 'throttled') return firstPatienceMs;
  return Math.min(maxPatienceMs, Math.max(firstPatienceMs, 2 * (nextLookAt - lookedAt)));
}

async function readCache(
  world: World,
  key: string,
): Promise<Pick<SavedState, 'head' | 'memory' | 'status'> | undefined> {
  const read = await world.states.read(key);
  if (!read.ok || read.value === undefined) return undefined;
  try {
    const saved: unknown = JSON.parse(read.value);
    return isSavedState(saved) ? saved : undefined;
  } catch {
    world.log.warn('state cache is not readable; folding the chain from its start', {
      registration: key,
    });
    return undefined;
  }
}

/** Bytes from storage, perhaps of an older Keeper: what is not whole is folded anew. */
function isSavedState(value: unknown): value is SavedState {
  if (!isRecord(value) || value['v'] !== 1) return false;
  const { head, memory, status } = value;
  if (!isRecord(head) || !isRecord(memory) || !isRecord(status)) return false;
  const { position } = head;
  if (!isRecord(position)) return false;
  const numbers = [position['blob'], position['offset'], position['blocks'], head['seq']];
  return (
    numbers.every((one) => Number.isSafeInteger(one)) &&
    typeof head['hash'] === 'string' &&
    head['seq'] === memory['seq'] &&
    value['sum'] === sumOf(head, memory) &&
    Object.entries(blankMemory()).every(([name, blank]) => typeof memory[name] === typeof blank)
  );
}

/** Written and read back, JSON keeps the order of members. */
function sumOf(head: object, memory: object): string {
  return sha256(JSON.stringify([head, memory]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the last pass told of a registration; `undefined` before the first, or of another shape. */
export async function readSavedStatus(
  states: StateStore,
  key: string,
): Promise<Result<RegistrationStatus | undefined>> {
  const read = await states.read(key);
  if (!read.ok) return read;
  return success(read.value === undefined ? undefined : statusIn(read.value));
}

function statusIn(text: string): RegistrationStatus | undefined {
  try {
    const { status } = JSON.parse(text) as Partial<SavedState>;
    const isWhole =
      typeof status?.lookedAt === 'number' &&
      typeof status.nextLookAt === 'number' &&
      Object.hasOwn(reasons, status.reason) &&
      ['undefined', 'number'].includes(typeof status.credential?.expiresAt) &&
      Array.isArray(status.credentials) &&
      Array.isArray(status.connectors);
    return isWhole ? status : undefined;
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
  const sum = sumOf(head, memory);
  const saved: SavedState = { v: 1, head, memory, sum, status: saving.status };
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
