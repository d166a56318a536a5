/**
 * Role: a person who gives an order to the HTTP API, by the product's own handler on one of the
 * instances. Who gets no answer sends it again under the same key, as the API's description says.
 */
import { minuteMs } from '../../src/core/limits.ts';
import type { OrderBody } from '../../src/core/order.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import { placeOrder } from '../../src/web/orders.ts';
import type { Member } from './fleet.ts';
import type { Stage } from './stage.ts';

/** After so long nobody waits for an answer any more. */
const patienceMs = 2 * minuteMs;
/** A key is good for an hour. */
const keyMs = 50 * minuteMs;
/** So often it is tried; then somebody else will have to. */
const mostCalls = 200;

/** Answers after which nobody calls again: taken, or there is no such registration. */
const final: ReadonlySet<number> = new Set([202, 404]);

export interface Caller {
  readonly stage: Stage;
  readonly member: Member;
  readonly random: Random;
}

/** Gives the order, until it is taken. */
export function giveOrder({ stage, member, random }: Caller, order: OrderBody): void {
  const { kernel, host, fleet, record } = stage;
  let calls = 0;
  let key = { text: '', at: Number.NEGATIVE_INFINITY };

  function call(): void {
    calls += 1;
    if (kernel.now() > key.at + keyMs) key = keyAt(kernel.now(), random);
    let isOver = false;
    const ended = (status: number | undefined): void => {
      if (isOver) return;
      isOver = true;
      record(`order ${order.kind} ${member.key}: ${status ?? 'no answer'}`);
      const isLeft = status === undefined || !final.has(status);
      if (isLeft && calls < mostCalls) kernel.after(minuteMs + random.int(9 * minuteMs), call);
    };
    kernel.after(patienceMs, () => ended(undefined));
    host.call(
      'order',
      async ({ world }) => {
        const { status } = await placeOrder({
          world,
          desired: fleet.desired(),
          body: JSON.stringify({ registration: member.key, order: asWritten(order) }),
          by: 'a-person',
          idempotencyKey: key.text,
        });
        ended(status);
      },
      () => ended(undefined),
    );
  }

  call();
}

/** A UUID of version 7: it begins with its time. */
function keyAt(at: number, random: Random): { readonly text: string; readonly at: number } {
  const time = at.toString(16).padStart(12, '0');
  const tail = random.uuid().slice(15);
  return { text: `${time.slice(0, 8)}-${time.slice(8)}-7${tail}`, at };
}

/** As people write it: instants as texts. */
function asWritten(order: OrderBody): object {
  switch (order.kind) {
    case 'compromised':
      return { ...order, removeAt: new Date(order.removeAt).toISOString() };
    case 'freeze':
      return { kind: order.kind, until: new Date(order.untilAt).toISOString() };
    default:
      return order;
  }
}
