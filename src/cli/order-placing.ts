/**
 * Orders get to Keeper through its API, which verifies who asks. In an embedded world that stands
 * still, the code behind that API takes them, in the name of the world's operator.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { harmless } from '../audit/plain-text.ts';
import { TransportError, undiciTransport } from '../clients/transport.ts';
import type { Clock } from '../reconcile/world.ts';
import { orderAnswer, placeOrder } from '../web/orders.ts';
import { resync } from '../web/resync.ts';
import type { Wish } from './order-wish.ts';
import { requestOf } from './order-wish.ts';
import { UsageError } from './terminal.ts';
import type { Api, OpenWorld } from './world-place.ts';

/** An order that was taken. */
export interface Placed {
  readonly registration: string;
  readonly order: string;
  readonly kind: string;
  /** Where its answer will be. */
  readonly look: string;
}

export type Placing =
  | { readonly kind: 'taken'; readonly orders: readonly Placed[] }
  /** It was not taken, for sure. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may have been taken. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What came of an order. */
const orderResult = z.looseObject({
  result: z.string(),
  registration: z.string(),
  state: z.string().optional(),
  reason: z.string().optional(),
  because: z.string().optional(),
  did: z.array(z.string()).default([]),
});

export type OrderResult = z.output<typeof orderResult>;

/** The way to Keeper. */
export interface Desk {
  place(wish: Wish): Promise<Placing>;
  /** The answer to an order; undefined while there is none, or none can be read. */
  answer(order: Placed): Promise<OrderResult | undefined>;
}

type Pause = (ms: number) => Promise<void>;

/** Finds it. @throws UsageError when there is none from here */
export function deskOf(open: OpenWorld, pause: Pause): Desk {
  const { api, by, world } = open;
  if (api) return deskBehind(api, { clock: world.clock, pause });
  if (by !== undefined) return deskHere(open, by);
  throw new UsageError(
    "orders go through Keeper's API, which verifies who asks. Set KEEPER_PUBLIC_URL (where Keeper answers, https://...) and KEEPER_AUDIENCE (the client id that people sign in to it with), as the deployed app has them.",
  );
}

interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Tries of an order whose answer is lost: its key makes it the same one each time. */
const tries = 3;
const betweenTriesMs = 2_000;

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly key?: string;
}

function deskBehind(
  api: Api,
  { clock, pause }: { readonly clock: Pick<Clock, 'now'>; readonly pause: Pause },
): Desk {
  const transport = undiciTransport();

  async function send({ method, path, body, key }: Sent): Promise<Answered> {
    const authorization = `Bearer ${await api.token()}`;
    return transport({
      method,
      url: `${api.url}${path}`,
      headers: {
        authorization,
        accept: 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  async function tryOnce(wish: Wish, key: string): Promise<Placing> {
    try {
      return placingOf(wish, await send({ method: 'POST', ...requestOf(wish), key }));
    } catch (error) {
      if (error instanceof TransportError) {
        return { kind: 'unknown', why: `${api.url} gives no usable answer.` };
      }
      throw error;
    }
  }

  return {
    async place(wish) {
      const key = orderKey(clock.now());
      let placing = await tryOnce(wish, key);
      for (let count = 1; placing.kind === 'unknown' && count < tries; count += 1) {
        await pause(betweenTriesMs);
        placing = await tryOnce(wish, key);
      }
      return placing;
    },
    async answer({ look }) {
      try {
        return resultOf(await send({ method: 'GET', path: look }));
      } catch (error) {
        if (error instanceof TransportError) return undefined;
        throw error;
      }
    },
  };
}

/** A UUID of version 7: it begins with the time, as Keeper's API wants it. */
function orderKey(now: number): string {
  const random = randomUUID();
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

function deskHere({ world, desired }: OpenWorld, by: string): Desk {
  return {
    async place(wish) {
      const { body } = requestOf(wish);
      const call = { world, desired, body, by };
      return placingOf(wish, await (wish.on === 'one' ? placeOrder(call) : resync(call)));
    },
    answer: async ({ order }) => resultOf(await orderAnswer(world, order)),
  };
}

const single = z.object({
  order: z.string(),
  registration: z.string(),
  kind: z.string(),
  look: z.string().startsWith('/api/orders/'),
});
const several = z.object({ orders: z.array(single.omit({ kind: true })) });

/** @throws UsageError for what a person typed wrong */
function placingOf(wish: Wish, { status, body }: Answered): Placing {
  if (status === 202) {
    const taken =
      wish.on === 'one' ? single.safeParse(parsed(body)) : several.safeParse(parsed(body));
    if (!taken.success) return { kind: 'unknown', why: 'The answer is none of Keeper’s.' };
    const { data } = taken;
    return {
      kind: 'taken',
      orders: 'orders' in data ? data.orders.map((one) => ({ ...one, kind: 'resync' })) : [data],
    };
  }
  const why = whyIn(body, status);
  if (status === 400 || status === 404 || status === 413) throw new UsageError(why);
  return { kind: status < 500 ? 'refused' : 'unknown', why };
}

const problemShape = z.object({ title: z.string(), detail: z.string() });

function whyIn(body: string, status: number): string {
  const read = problemShape.safeParse(parsed(body));
  if (!read.success) return `The answer has status ${status}, and is none of Keeper’s.`;
  return harmless(`${read.data.title}: ${read.data.detail}`.slice(0, 600));
}

function resultOf({ status, body }: Answered): OrderResult | undefined {
  return status === 200 ? orderResult.safeParse(parsed(body)).data : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
