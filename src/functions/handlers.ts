/**
 * What the triggers do, apart from how they are registered: each handler takes what it needs, so
 * that the same code runs under Microsoft's host, under the embedded one and under simulated time.
 */
import { makeCheckpoint, type CheckpointParts } from '../audit/checkpoint.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import type { WokenBy } from '../core/entry.ts';
import { readVaultEvent } from '../clients/vault-event.ts';
import { readWorkMessage } from '../clients/work-message.ts';
import type { Fault } from '../core/fault.ts';
import { foreseenDocument } from '../foresight/document.ts';
import { runPass, type PassReport } from '../reconcile/pass.ts';
import { registrationsUsing, scan } from '../reconcile/scan.ts';
import type { WantedState } from '../reconcile/wanted-state.ts';
import type { Metrics, PassFacts } from '../reconcile/metrics.ts';
import type { World } from '../reconcile/world.ts';

/** What a handler needs. */
export interface Surroundings {
  readonly world: World;
  readonly wanted: () => Promise<WantedState>;
  /** Nothing where none are wanted. */
  readonly metrics?: Metrics | undefined;
}

/** When this process last knew a checkpoint to be good; it need not ask again for a day. */
const checkpointedAt = new WeakMap<CheckpointParts, number>();
const checkpointEveryMs = 23.5 * 3_600_000;

/** The other timer: a checkpoint of the audit log a day, or what was begun of one. */
export async function checkpoint(
  { world }: Pick<Surroundings, 'world'>,
  parts: CheckpointParts | undefined,
): Promise<void> {
  const now = world.clock.now();
  if (!parts || now < (checkpointedAt.get(parts) ?? -Infinity) + checkpointEveryMs) return;
  const made = await makeCheckpoint(parts, { now, everyMs: checkpointEveryMs });
  if (!made.ok) {
    world.log.warn('checkpoint not made; tried again at the next turn', {
      fault: made.fault.kind,
      vendor: made.fault.vendor,
    });
    return;
  }
  const { value } = made;
  if (value.kind === 'contradiction') {
    world.log.error('audit log contradicts its checkpoint', {
      checkpoint: value.number,
      what: value.what,
    });
    return;
  }
  checkpointedAt.set(parts, value.kind === 'made' ? now : value.at);
  if (value.kind === 'not-due') return;
  for (const { chain, entries, defect } of value.broken)
    world.log.error('audit chain is not what was written', { chain, entries, defect });
  // A second hand keeps it: a chain and a key in one hand prove nothing against that hand.
  world.log.info('checkpoint', { checkpoint: value.number, statement: value.jws });
}

/** The timer: finds which registrations are due, and asks for a pass over each. */
export async function tick({ world, wanted, metrics }: Surroundings): Promise<void> {
  const { desired } = await wanted();
  const sent = await scan(world, desired);
  world.log.info('tick', { sent });
  metrics?.ticked();
}

/**
 * An event of Key Vault: a hint that a registration should be looked at (law 9). What is not ours or
 * cannot be read is ignored.
 * @throws Error when the queue does not take the message: Event Grid delivers again.
 */
export async function vaultEvent({ world, wanted }: Surroundings, raw: unknown): Promise<void> {
  const read = readVaultEvent(raw);
  if (!read.ok) {
    world.log.info('event ignored', { why: read.why });
    return;
  }
  const { desired } = await wanted();
  const concerned = registrationsUsing(desired, read.event);
  if (concerned.length === 0) world.log.info('event ignored', { why: 'not-ours' });
  for (const { key } of concerned) {
    // Awaited: an output binding would be lost in a crash.
    const sent = await world.queue.send({ v: 1, registration: key, cause: 'event' });
    if (!sent.ok) throw new Error(`queue does not take messages: ${sent.fault.kind}`);
  }
}

/**
 * A message: one pass over one registration. Returns the report, or nothing where no pass ran.
 * @throws Error when the message should come again: it cannot be read, or storage does not work.
 */
export async function work(
  surroundings: Surroundings,
  raw: unknown,
): Promise<PassReport | undefined> {
  const { world, wanted } = surroundings;
  const message = readWorkMessage(raw);
  if (!message) throw new Error('message is not one of ours');
  const { desired } = await wanted();
  const registration = desired.registrations.find((one) => one.key === message.registration);
  if (!registration) {
    world.log.info('message ignored', { why: 'not-in-file' });
    return undefined;
  }
  const report = await pass(surroundings, registration, message.cause);
  const { id } = registration;
  if (report.kind === 'unreadable') {
    throw new Error(`chain of ${id} cannot be read: ${toldFault(report.fault)}`);
  }
  if (report.kind === 'broken') {
    world.log.error('audit chain is broken; nothing is done for this registration', {
      registration: id,
      seq: report.defect.seq,
      defect: report.defect.defect,
    });
    return report;
  }
  const { state, reason, nextLookAt } = report.status;
  world.log.info('pass', {
    registration: id,
    cause: message.cause,
    state,
    reason,
    // For the alert that sounds at once: the first reason is often not the gravest.
    standing: [...new Set(report.status.standing.map((one) => one.reason))].join(' '),
    did: report.did.join(' '),
    next: new Date(nextLookAt).toISOString(),
    // For the alert that sounds when a secret is near its end and nothing is planned.
    ends: endOf(report.status.credential),
    ...(report.stop ? { stopped: report.stop.kind } : {}),
  });
  if (report.stop?.kind === 'storage') {
    throw new Error(`storage of ${id} cannot be written: ${toldFault(report.stop.fault)}`);
  }
  return report;
}

/** One pass, counted. */
async function pass(
  { world, metrics }: Surroundings,
  desired: DesiredRegistration,
  cause: WokenBy,
): Promise<PassReport> {
  const startedMs = world.clock.monotonic();
  const count = (facts: Pick<PassFacts, 'outcome' | 'did' | 'state' | 'reason'>): void => {
    const tookMs = world.clock.monotonic() - startedMs;
    metrics?.passed({ registration: desired.key, tookMs, ...facts });
  };
  try {
    const report = await runPass(world, desired, { wokenBy: cause, foresee: foreseenDocument });
    if (report.kind === 'looked') {
      const { did, stop } = report;
      const { state, reason } = report.status;
      count({ outcome: stop ? 'stopped' : 'done', did, state, reason });
    } else count({ outcome: report.kind, did: [] });
    return report;
  } catch (error) {
    count({ outcome: 'failed', did: [] });
    throw error;
  }
}

/** Kind and code; a fault holds no vendor's text. */
function toldFault({ kind, code }: Fault): string {
  return code === undefined ? kind : `${kind} (${code})`;
}

function endOf(credential: { readonly expiresAt: number } | null): string {
  return credential === null ? '' : new Date(credential.expiresAt).toISOString();
}
