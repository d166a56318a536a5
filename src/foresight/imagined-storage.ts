/**
 * Storage, imagined: what is there is read once, what is written stays in memory. The chain goes on
 * from its real end, so that the loop finds in it what it has imagined.
 */
import type { ChainPosition, ChainStore, ChainTail } from '../audit/chain-store.ts';
import { success, type Result } from '../core/fault.ts';
import type { Order } from '../core/order.ts';
import type { OrderStore, StateStore, SwitchCounter } from '../reconcile/world.ts';

/** One chain that goes on in memory. */
export function imaginedChain(
  real: ChainStore,
  now: () => number,
  told: (line: string) => void,
): ChainStore {
  let base: { readonly from: ChainPosition; readonly tail: ChainTail } | undefined;
  let text = '';
  let lines = 0;

  function end(tail: ChainTail): ChainPosition {
    const { blob, offset, blocks } = tail.end;
    return { blob, offset: offset + Buffer.byteLength(text), blocks: blocks + lines };
  }

  /** What lies behind a position: of what was read and of what was imagined. */
  async function readTail(registration: string, from: ChainPosition): Promise<Result<ChainTail>> {
    if (base && from.blob === base.tail.end.blob && from.offset >= base.tail.end.offset) {
      const skipped = from.offset - base.tail.end.offset;
      const rest = Buffer.from(text).subarray(skipped).toString('utf8');
      return success({ text: rest, end: end(base.tail), storageAt: now() });
    }
    if (!base || !isSame(from, base.from)) {
      const read = await real.readTail(registration, from);
      if (!read.ok) return read;
      base = { from, tail: read.value };
    }
    return success({ text: base.tail.text + text, end: end(base.tail), storageAt: now() });
  }

  return {
    readTail,
    async append(_registration, at, line) {
      if (!base || !isSame(at, end(base.tail))) return success({ kind: 'moved' });
      text += line;
      lines += 1;
      told(line);
      return success({ kind: 'appended', end: end(base.tail) });
    },
    list: () => real.list(),
  };
}

/** The cache of folds. Where it is real, it may be of use; it is never written. */
export function imaginedStates(real: StateStore): StateStore {
  const bodies = new Map<string, string>();
  return {
    async read(registration) {
      const body = bodies.get(registration);
      return body === undefined ? real.read(registration) : success(body);
    },
    async write(registration, body) {
      bodies.set(registration, body);
      return success({});
    },
    list: () => real.list(),
  };
}

/** Orders that wait count, but for wishes to see a plan: this is one. */
export function imaginedOrders(real: OrderStore): OrderStore {
  const done = new Set<string>();
  let waiting: readonly Order[] | undefined;
  return {
    async list(registration) {
      if (waiting === undefined) {
        const read = await real.list(registration);
        if (!read.ok) return read;
        waiting = read.value.filter(
          (one) => one.body.kind !== 'resync' || one.body.mode !== 'plan',
        );
      }
      return success(waiting.filter((one) => !done.has(one.id)));
    },
    write: async () => success({}),
    async finish(order) {
      done.add(order.id);
      return success({});
    },
    readResult: async () => success(undefined),
  };
}

/** The fleet's counter, counted from nothing; one for all registrations of a plan. */
export function imaginedSwitches(): SwitchCounter {
  const taken = new Map<number, number>();
  return {
    async take(hourAt, limit) {
      const count = taken.get(hourAt) ?? 0;
      if (count >= limit) return success(false);
      taken.set(hourAt, count + 1);
      return success(true);
    },
  };
}

function isSame(one: ChainPosition, other: ChainPosition): boolean {
  return one.blob === other.blob && one.offset === other.offset;
}
