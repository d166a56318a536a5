/**
 * A world for the loop to work in without any effect: what was observed stands for the vendors, the
 * real chain goes on in memory, and waiting takes no time. So a plan is made by the very code that
 * would carry it out.
 */
import type { DesiredRegistration } from '../core/desired.ts';
import { stepOf, type Cause, type Effect } from '../core/entry.ts';
import type { Fault } from '../core/fault.ts';
import type { Reason } from '../core/reason.ts';
import type { Clock, SwitchCounter, World } from '../reconcile/world.ts';
import { imaginedConnectors } from './imagined-connectors.ts';
import { imaginedDirectory, imaginedTokens } from './imagined-directory.ts';
import { imaginedChain, imaginedOrders, imaginedStates } from './imagined-storage.ts';
import { imaginedVault } from './imagined-vault.ts';
import type { Mind } from './mind.ts';

/** Imagined time: it passes only where the loop would wait. */
export interface ImaginedClock extends Clock {
  /** Goes on to an instant, if that lies ahead. */
  goTo(at: number): void;
}

export function imaginedClock(startAt: number): ImaginedClock {
  let now = startAt;
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms) {
      now += ms;
    },
    goTo(at) {
      now = Math.max(now, at);
    },
  };
}

interface Parts {
  readonly real: World;
  readonly desired: DesiredRegistration;
  readonly mind: Mind;
  readonly clock: ImaginedClock;
  readonly switches: SwitchCounter;
}

/** The world in which a registration's future is imagined. */
export function imaginedWorld({ real, desired, mind, clock, switches }: Parts): World {
  const { waits } = mind.memory;

  function heed(line: string): void {
    // The loop has made it: an intent says what comes next, and why.
    const entry = JSON.parse(line) as { kind: string; effect: Effect; because: Cause };
    if (entry.kind !== 'intent') return;
    mind.cause = entry.because;
    mind.refusal = refusalOf(waits[stepOf(entry.effect)]?.reason);
  }

  return {
    directory: imaginedDirectory(mind, (objectId) => policyOf(real, objectId)),
    tokens: imaginedTokens(mind),
    vault: imaginedVault(mind, desired),
    connectors: imaginedConnectors(mind),
    chains: imaginedChain(real.chains, () => clock.now(), heed),
    states: imaginedStates(real.states),
    orders: imaginedOrders(real.orders),
    switches,
    queue: { send: async () => ({ ok: true, value: {} }) },
    clock,
    log: { info: nothing, warn: nothing, error: nothing },
    within: async (_untilMs, work) => work(),
    newId: () => real.newId(),
    switchesPerHour: real.switchesPerHour,
    actionsPerPass: real.actionsPerPass,
    worker: real.worker,
    build: real.build,
    identity: real.identity,
  };
}

/**
 * What a person must clear first is refused in the imagination as it was in the world: the fault that
 * leads to the reason.
 */
function refusalOf(reason: Reason | undefined): Fault | undefined {
  switch (reason) {
    case 'secrets-forbidden':
      return { kind: 'policy', vendor: 'graph', rule: 'secrets-forbidden' };
    case 'policy-refused':
      return { kind: 'policy', vendor: 'graph', rule: 'other' };
    case 'graph-denied':
      return { kind: 'denied', vendor: 'graph' };
    case 'vault-denied':
      return { kind: 'denied', vendor: 'vault' };
    case 'nylas-denied':
      return { kind: 'denied', vendor: 'nylas' };
    case 'slots-full':
      return { kind: 'limit', vendor: 'graph', what: 'credentials' };
    case 'directory-quota':
      return { kind: 'limit', vendor: 'graph', what: 'objects' };
    case 'request-refused':
      return { kind: 'rejected', vendor: 'graph' };
    default:
      return undefined;
  }
}

/** Of a registration that does not exist yet no policy can be asked. */
async function policyOf(
  { directory }: World,
  objectId: string,
): ReturnType<World['directory']['readSecretPolicy']> {
  if (objectId.startsWith('new-')) return { ok: true, value: { forbidden: false } };
  return directory.readSecretPolicy(objectId);
}

function nothing(): void {}
