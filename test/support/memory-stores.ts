/** The storage ports in memory: exact, instant, and open to inspection. */
import type { ChainPosition, ChainStore } from '../../src/audit/chain-store.ts';
import { failure, success } from '../../src/core/fault.ts';
import type { Order } from '../../src/core/order.ts';
import type {
  OrderStore,
  StateHead,
  StateStore,
  SwitchCounter,
  WorkMessage,
  WorkQueue,
} from '../../src/reconcile/world.ts';

/** A text and the number of its lines; both only grow. */
function positionOf(text: string, lines: number): ChainPosition {
  return { blob: 1, offset: text.length, blocks: lines };
}

/** Chains as texts; one blob each. */
export function memoryChains(now: () => number): ChainStore & { texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const lines = new Map<string, number>();
  return {
    texts,
    async readTail(registration, from) {
      const text = texts.get(registration) ?? '';
      if (text.length < from.offset) {
        return failure({ kind: 'malformed', vendor: 'storage', code: 'chain-shortened' });
      }
      return success({
        text: text.slice(from.offset),
        end: positionOf(text, lines.get(registration) ?? 0),
        storageAt: now(),
      });
    },
    async append(registration, at, line) {
      const text = texts.get(registration) ?? '';
      if (text.length !== at.offset) return success({ kind: 'moved' as const });
      const count = (lines.get(registration) ?? 0) + 1;
      texts.set(registration, text + line);
      lines.set(registration, count);
      return success({ kind: 'appended' as const, end: positionOf(text + line, count) });
    },
    async list() {
      return success([...texts.keys()]);
    },
  };
}

export function memoryStates(): StateStore & {
  bodies: Map<string, string>;
  heads: Map<string, StateHead>;
} {
  const bodies = new Map<string, string>();
  const heads = new Map<string, StateHead>();
  return {
    bodies,
    heads,
    async read(registration) {
      return success(bodies.get(registration));
    },
    async write(registration, body, head) {
      bodies.set(registration, body);
      heads.set(registration, head);
      return success({});
    },
    async list() {
      return success([...heads.values()]);
    },
  };
}

export function memoryOrders(): OrderStore & {
  waiting: Map<string, Order>;
  results: Map<string, string>;
} {
  const waiting = new Map<string, Order>();
  const results = new Map<string, string>();
  return {
    waiting,
    results,
    async list(registration) {
      return success([...waiting.values()].filter((one) => one.registration === registration));
    },
    async write(order) {
      waiting.set(order.id, order);
      return success({});
    },
    async finish(order, result) {
      results.set(order.id, JSON.stringify(result));
      waiting.delete(order.id);
      return success({});
    },
    async readResult(orderId) {
      return success(results.get(orderId));
    },
  };
}

export function memorySwitches(): SwitchCounter & { taken: Map<number, number> } {
  const taken = new Map<number, number>();
  return {
    taken,
    async take(hourAt, limit) {
      const count = taken.get(hourAt) ?? 0;
      if (count >= limit) return success(false);
      taken.set(hourAt, count + 1);
      return success(true);
    },
  };
}

export function memoryQueue(): WorkQueue & { messages: WorkMessage[] } {
  const messages: WorkMessage[] = [];
  return {
    messages,
    async send(message) {
      messages.push(message);
      return success({});
    },
  };
}
