/**
 * `POST /api/resync`: writes an order for one registration or for all, and says where to look. It
 * calls no vendor. A body that is not understood is refused with a reason and changes nothing.
 */
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { orderPath, writeOrder, type OrderParts } from './order-writing.ts';
import { json, problem, type Reply } from './reply.ts';

/** Bytes of a body that this route reads. */
export const resyncBodyBytes = 4_096;

const members =
  'Send {"registration": "<id>", "mode": "plan" | "apply"}; both members are optional.';

interface Wish {
  readonly registration?: string;
  readonly mode: 'plan' | 'apply';
}

/** What the route needs. `by` is who asks, as far as it is verified. */
export interface ResyncCall {
  readonly world: OrderParts;
  readonly desired: Desired;
  readonly body: string;
  readonly by: string;
}

/** Answers one call. */
export async function resync(call: ResyncCall): Promise<Reply> {
  if (Buffer.byteLength(call.body) > resyncBodyBytes) {
    return problem(413, 'Body too large', `Send at most ${resyncBodyBytes} bytes. ${members}`);
  }
  const wish = readWish(call.body);
  if (typeof wish === 'string') return problem(400, 'Body not understood', `${wish} ${members}`);
  const { registrations } = call.desired;
  const chosen =
    wish.registration === undefined
      ? registrations
      : registrations.filter((one) => one.id === wish.registration);
  if (chosen.length === 0) {
    const known = registrations.map((one) => one.id).join(', ');
    return problem(404, 'No such registration', `keeper.yaml has: ${known}.`);
  }
  return writeOrders(call, chosen, wish.mode);
}

/** The wish, or what is wrong with the body. An empty body wishes for everything. */
function readWish(body: string): Wish | string {
  if (body.trim() === '') return { mode: 'apply' };
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return 'The body is not JSON.';
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return 'The body is not a JSON object.';
  }
  const { registration, mode = 'apply', ...others } = raw as Record<string, unknown>;
  if (Object.keys(others).length > 0) return 'The body has a member that is not known.';
  if (mode !== 'plan' && mode !== 'apply') return '"mode" is neither "plan" nor "apply".';
  if (registration === undefined) return { mode };
  return typeof registration === 'string' ? { registration, mode } : '"registration" is no text.';
}

async function writeOrders(
  { world, by }: ResyncCall,
  chosen: readonly DesiredRegistration[],
  mode: Wish['mode'],
): Promise<Reply> {
  const accepted: { registration: string; order: string; look: string }[] = [];
  for (const registration of chosen) {
    const body = { kind: 'resync', mode } as const;
    const written = await writeOrder(world, registration.key, { body, by });
    if (!written.ok) {
      const done = accepted.map((one) => one.registration).join(', ');
      const detail = 'Storage does not answer. Try again in a minute.';
      return problem(503, 'Not accepted', done === '' ? detail : `${detail} Accepted: ${done}.`);
    }
    const look = orderPath(written.value);
    accepted.push({ registration: registration.id, order: written.value, look });
  }
  const location = accepted.length === 1 ? (accepted[0]?.look ?? '/api/status') : '/api/status';
  return json(202, { mode, orders: accepted }, { location });
}
