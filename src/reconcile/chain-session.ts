/** Opens a pass on its chain, from the cached fold where there is one, and saves the fold after it. */
import { sha256 } from '../audit/canonical.ts';
import { blankHead, readLog, type Head, type ReadLog } from '../audit/log.ts';
import type { ChainDefect } from '../audit/chain.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import { success, type Fault, type Result } from '../core/fault.ts';
import { reasons } from '../core/reason.ts';
import { remember } from '../core/fold.ts';
import { clockSkewMs, firstPatienceMs, maxPatienceMs, secondMs } from '../core/limits.ts';
import { blankMemory, type Memory } from '../core/memory.ts';
import type { RegistrationStatus } from '../core/status.ts';
import type { Session } from './session.ts';
import type { StateHead, StateStore, World } from './world.ts';

/**
 * The format of the state blob. It goes up when what an older Keeper would make of the memory, folding
 * on from it, is no longer what a newer one needs: an older one then leaves the blob and the chain alone.
 */
export const stateFormat = 1;

/** The state blob: the chain folded up to `head`, and what readers are told. */
export interface SavedState {
  readonly v: typeof stateFormat;
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
  if (cached === 'newer') return newerFormat(world, desired, 'state');
  const start = cached ?? { head: blankHead, memory: blankMemory() };
  let read = await readLog(world.chains, desired.key, start.head);
  if (!read.ok) return { kind: 'unreadable', fault: read.fault };
  let memory = start.memory;
  if (read.value.defect && cached) {
    read = await readLog(world.chains, desired.key, blankHead);
    if (!read.ok) return { kind: 'unreadable', fault: read.fault };
    memory = blankMemory();
  }
  const { defect } = read.value;
  if (defect?.defect === 'newer-format') return newerFormat(world, desired, `entry ${defect.seq}`);
  if (defect) return { kind: 'broken', defect };
  const session = sessionOf(world, desired, read.value, memory);
  if (Math.abs(session.storageAheadMs) > clockSkewMs) {
    return wrongClock(world, desired, session.storageAheadMs);
  }
  const patienceMs = cached ? patienceAfter(cached.status) : firstPatienceMs;
  return {
    kind: 'open',
    session: { ...session, patienceMs },
    ...(cached ? { before: cached.status } : {}),
  };
}

/**
 * A newer Keeper has been at work here, and this one does not know what it may do. Nothing is written;
 * the message goes back, so that of two builds side by side the newer one takes it.
 */
function newerFormat(world: World, { id }: DesiredRegistration, what: string): Opened {
  const message = 'written by a newer Keeper; this build does nothing for the registration';
  world.log.error(message, { registration: id, what, build: world.build });
  return {
    kind: 'unreadable',
    fault: { kind: 'rejected', vendor: 'storage', code: 'newer-format' },
  };
}

/**
 * By a wrong clock a credential that serves may seem to have ended. Nothing is written; the message goes
 * back, and a worker whose clock is right takes it.
 */
function wrongClock(world: World, { id }: DesiredRegistration, aheadMs: number): Opened {
  world.log.error("this worker's clock is wrong; it does nothing for the registration", {
    registration: id,
    storageAheadSeconds: Math.round(aheadMs / secondMs),
  });
  return {
    kind: 'unreadable',
    fault: { kind: 'rejected', vendor: 'storage', code: 'wrong-clock' },
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
): Promise<Pick<SavedState, 'head' | 'memory' | 'status'> | 'newer' | undefined> {
  const read = await world.states.read(key);
  if (!read.ok || read.value === undefined) return undefined;
  try {
    const saved: unknown = JSON.parse(read.value);
    if (isNewer(saved)) return 'newer';
    return isSavedState(saved) ? saved : undefined;
  } catch {
    world.log.warn('state cache is not readable; folding the chain from its start', {
      registration: key,
    });
    return undefined;
  }
}

/** Of whatever shape it is otherwise: that may be what is new. */
function isNewer(value: unknown): boolean {
  return isRecord(value) && typeof value['v'] === 'number' && value['v'] > stateFormat;
}

/** Bytes from storage, perhaps of an older Keeper: what is not whole is folded anew. */
function isSavedState(value: unknown): value is SavedState {
  if (!isRecord(value) || value['v'] !== stateFormat) return false;
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
      isInstant(status?.lookedAt) &&
      isInstant(status.nextLookAt) &&
      Object.hasOwn(reasons, status.reason) &&
      (!status.credential || isInstant(status.credential.expiresAt)) &&
      Array.isArray(status.credentials) &&
      Array.isArray(status.connectors);
    return isWhole ? status : undefined;
  } catch {
    return undefined;
  }
}

/** What a date can hold: 8.64e15 ms on both sides of 1970 (ECMA-262, time values). */
export function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}

export interface Saving {
  readonly status: RegistrationStatus;
  readonly fingerprint: string;
  readonly configuration: string;
  readonly nextLookAt: number;
}

/** Saves the fold. A failure costs the next pass some reading, nothing else. */
export async function saveState(session: Session, saving: Saving): Promise<Result<unknown>> {
  const { world, desired, head, memory } = session;
  const sum = sumOf(head, memory);
  const saved: SavedState = { v: stateFormat, head, memory, sum, status: saving.status };
  const written = await world.states.write(desired.key, JSON.stringify(saved), {
    registration: desired.key,
    nextLookAt: saving.nextLookAt,
    lookedAt: saving.status.lookedAt,
    fingerprint: saving.fingerprint,
    configuration: saving.configuration,
    state: saving.status.state,
    reason: saving.status.reason,
    ...glanceOf(saving.status),
    ...lastProofIn(memory),
  });
  if (!written.ok) {
    world.log.warn('state cache was not saved', {
      registration: desired.key,
      fault: written.fault.kind,
    });
  }
  return written;
}

/** What an overview tells of a registration, so that it need not read a thousand bodies. */
function glanceOf({ sinceAt, credential, connectors }: RegistrationStatus): Partial<StateHead> {
  return {
    ...(sinceAt === undefined ? {} : { sinceAt }),
    ...(credential === null ? {} : { endsAt: credential.expiresAt }),
    ...(credential?.renewsAt === undefined ? {} : { renewsAt: credential.renewsAt }),
    connectors: connectors.length,
  };
}

/** When Entra last accepted a secret, whichever; nothing when it never did. */
function lastProofIn({ credentials }: Memory): Pick<StateHead, 'provedAt'> {
  const proved = Object.values(credentials).flatMap(({ provedAt }) => provedAt ?? []);
  return proved.length === 0 ? {} : { provedAt: Math.max(...proved) };
}
