/** `GET /registrations/{id}/orders/{order}`: that an order waits, or what came of it. */
import { readRegistrationDocument } from '../foresight/document.ts';
import { meaningOf, reasons, type Reason } from '../core/reason.ts';
import type { World } from '../reconcile/world.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import { orderPage, type OrderOutcome } from './page/order.ts';
import { message, page, type PageCall } from './pages.ts';
import type { Reply } from './reply.ts';

/** The page of one order of a registration. */
export async function order(call: PageCall, id: string, orderId: string): Promise<Reply> {
  const found = call.desired.registrations.find((one) => one.id === id);
  const outcome = found && (await outcomeOf(call.world, found, orderId));
  if (outcome === 'unreadable') {
    return message(503, 'The order cannot be seen just now', 'Storage does not answer.', again);
  }
  if (!outcome) {
    return message(404, 'No such order', 'No order of this id waits or has an answer here.');
  }
  const { world, mayOperate } = call;
  const now = world.clock.now();
  return page(200, orderPage({ id, order: orderId, outcome, now, mayOperate }));
}

const again = 'Try again in a minute.';

async function outcomeOf(
  { orders }: Pick<World, 'orders'>,
  { id, key }: DesiredRegistration,
  orderId: string,
): Promise<OrderOutcome | 'unreadable' | undefined> {
  if (!/^[\w.:-]{1,100}$/.test(orderId)) return undefined;
  const read = await orders.readResult(orderId);
  if (!read.ok) return 'unreadable';
  if (read.value !== undefined) return answered(id, read.value);
  const listed = await orders.list(key);
  if (!listed.ok) return 'unreadable';
  return listed.value.some((one) => one.id === orderId) ? { kind: 'waits' } : undefined;
}

/** Written by a pass; of another registration, or not understood, it is as none. */
function answered(id: string, text: string): OrderOutcome | undefined {
  const raw = parsed(text);
  if (typeof raw !== 'object' || raw === null) return undefined;
  const answer: Readonly<Record<string, unknown>> = { ...raw };
  const at = typeof answer['at'] === 'string' ? Date.parse(answer['at']) : Number.NaN;
  if (answer['registration'] !== id || !Number.isFinite(at)) return undefined;
  if (answer['plan'] !== undefined) {
    const plan = readRegistrationDocument(answer['plan']);
    if (plan) return { kind: 'plan', plan, at };
    return isUnforeseen(answer['plan'])
      ? { kind: 'refused', at, did: [], reason: noPlan }
      : undefined;
  }
  const did = Array.isArray(answer['did']) ? answer['did'].filter(isText) : [];
  const reason = isReason(answer['because'])
    ? answer['because']
    : isReason(answer['reason'])
      ? answer['reason']
      : undefined;
  if (reason === undefined) return undefined;
  const kind = answer['result'] === 'refused' ? 'refused' : 'done';
  return { kind, at, did, reason: meaningOf(reason).means };
}

const noPlan = 'No plan could be made: the log of this registration could not be read. Ask again.';

function isUnforeseen(plan: unknown): boolean {
  return typeof plan === 'object' && plan !== null && 'why' in plan;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(reasons, value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
