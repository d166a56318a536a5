/** A world with somebody in between: each call of a port may be held, failed, or lost. */
import { failure, type Fault } from '../../src/core/fault.ts';
import type { World } from '../../src/reconcile/world.ts';

export interface PortCall {
  readonly port: PortName;
  readonly method: string;
  /** It changes something outside. */
  readonly isWrite: boolean;
}

/** Lets the call through by `go`, or does something else. */
export type Intercept = (call: PortCall, go: () => Promise<unknown>) => Promise<unknown>;

const ports = [
  'directory',
  'tokens',
  'vault',
  'connectors',
  'chains',
  'states',
  'orders',
  'switches',
  'queue',
] as const;
type PortName = (typeof ports)[number];

const writes: ReadonlySet<string> = new Set([
  'createRegistration',
  'updateRegistration',
  'createServicePrincipal',
  'addCredential',
  'removeCredential',
  'putValue',
  'disableVersion',
  'createConnector',
  'updateConnector',
  'updateRecord',
  'append',
  'write',
  'finish',
  'take',
  'send',
]);

/** The same world, with every call of every port passing through `intercept`. */
export function interposedWorld(world: World, intercept: Intercept): World {
  const wrapped = ports.map((port) => {
    const methods = Object.entries(world[port]).map(([method, member]) => {
      if (typeof member !== 'function') return [method, member];
      const call: PortCall = { port, method, isWrite: writes.has(method) };
      const through = (...args: unknown[]): Promise<unknown> =>
        intercept(call, () => (member as (...all: unknown[]) => Promise<unknown>)(...args));
      return [method, through];
    });
    return [port, Object.fromEntries(methods)];
  });
  return { ...world, ...(Object.fromEntries(wrapped) as Pick<World, PortName>) };
}

/** The process dies. */
export class Crash extends Error {}

export type Mishap =
  /** The process dies right before the write. */
  | 'crash-before'
  /** The process dies right after the write was carried out. */
  | 'crash'
  /** The write is carried out, its answer lost. */
  | 'lost'
  /** The write is not carried out, and nobody can tell. */
  | 'failed';

/** A mishap at the n-th write. */
export interface MishapPoint {
  readonly nth: number;
  readonly mishap: Mishap;
}

export interface MishapPlan {
  readonly intercept: Intercept;
  /** Counts from now on; none given: nothing goes wrong. */
  arm(points?: readonly MishapPoint[]): void;
  /** Goes on counting from here. */
  goOn(tally: MishapTally): void;
  /** Since armed. */
  readonly tally: MishapTally;
}

export interface MishapTally {
  /** Writes. */
  readonly count: number;
  /** The writes that had a mishap. */
  readonly struck: readonly string[];
}

const vendorOf: Readonly<Record<PortName, Fault['vendor']>> = {
  directory: 'graph',
  tokens: 'entra',
  vault: 'vault',
  connectors: 'nylas',
  chains: 'storage',
  states: 'storage',
  orders: 'storage',
  switches: 'storage',
  queue: 'storage',
};

/** Mishaps at writes of one's choice. */
export function mishapPlan(): MishapPlan {
  let count = 0;
  let planned: ReadonlyMap<number, Mishap> = new Map();
  let struck: readonly string[] = [];
  return {
    get tally() {
      return { count, struck };
    },
    arm(points = []) {
      count = 0;
      struck = [];
      planned = new Map(points.map(({ nth, mishap }) => [nth, mishap]));
    },
    goOn(tally) {
      ({ count, struck } = tally);
    },
    async intercept(call, go) {
      if (!call.isWrite) return go();
      count += 1;
      const mishap = planned.get(count);
      if (mishap === undefined) return go();
      const write = `${call.port}.${call.method}`;
      struck = [...struck, write];
      if (mishap === 'crash-before') throw new Crash(`before ${write}`);
      if (mishap !== 'failed') await go();
      if (mishap === 'crash') throw new Crash(`after ${write}`);
      return failure({ kind: 'timeout', vendor: vendorOf[call.port] });
    },
  };
}
