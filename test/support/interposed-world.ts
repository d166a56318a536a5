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
  /** The process dies right after the write was carried out. */
  | 'crash'
  /** The write is carried out, its answer lost. */
  | 'lost'
  /** The write is not carried out, and nobody can tell. */
  | 'failed';

export interface MishapPlan {
  readonly intercept: Intercept;
  /** Counts from now on; the n-th write has the mishap. Infinity: none. */
  arm(nth: number, mishap: Mishap): void;
  /** Writes since armed. */
  readonly count: number;
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

/** One mishap at a write of one's choice. */
export function mishapPlan(): MishapPlan {
  let count = 0;
  let nth = Number.POSITIVE_INFINITY;
  let mishap: Mishap = 'crash';
  return {
    get count() {
      return count;
    },
    arm(next, kind) {
      count = 0;
      nth = next;
      mishap = kind;
    },
    async intercept(call, go) {
      if (!call.isWrite) return go();
      count += 1;
      if (count !== nth) return go();
      if (mishap !== 'failed') await go();
      if (mishap === 'crash') throw new Crash(`after ${call.port}.${call.method}`);
      return failure({ kind: 'timeout', vendor: vendorOf[call.port] });
    },
  };
}
