/**
 * `POST /api/resync`: writes an order for one registration or for all, and says where to look. It
 * calls no vendor. A body that is not understood is refused with a reason and changes nothing.
 */
import { z } from 'zod';
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { inTurns } from './in-turns.ts';
import { orderPath, writeOrder, type OrderParts } from './order-writing.ts';
import { json, noSuchRegistration, problem, type Reply } from './reply.ts';

/** Bytes of a body that this route reads. */
export const resyncBodyBytes = 4_096;

const members =
  'Send {"registration": "<id>", "mode": "plan" | "apply"}; both members are optional.';

/** The body that this route takes. */
export const resyncRequest = z.strictObject({
  registration: z
    .string()
    .optional()
    .meta({ description: 'The id in keeper.yaml; left out: all.' }),
  mode: z.enum(['plan', 'apply']).default('apply').meta({
    description: '`plan` writes nothing to any vendor; its answer tells what would be done.',
  }),
});

type Wish = z.output<typeof resyncRequest>;

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
    return noSuchRegistration(call.desired);
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
  const read = resyncRequest.safeParse(raw);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys') return 'The body has a member that is not known.';
  if (issue?.path[0] === 'mode') return '"mode" is neither "plan" nor "apply".';
  return '"registration" is no text.';
}

async function writeOrders(
  { world, by }: ResyncCall,
  chosen: readonly DesiredRegistration[],
  mode: Wish['mode'],
): Promise<Reply> {
  const tried = await inTurns(chosen, async ({ id, key }) => {
    const written = await writeOrder(world, key, { body: { kind: 'resync', mode }, by });
    if (!written.ok) return undefined;
    return { registration: id, order: written.value, look: orderPath(written.value) };
  });
  const accepted = tried.filter((one) => one !== undefined);
  if (accepted.length < tried.length) {
    const some = accepted.slice(0, mostNamed).map((one) => one.registration);
    const rest = accepted.length - some.length;
    const more = rest > 0 ? ` and ${rest} more` : '';
    const done = some.length > 0 ? ` Accepted: ${some.join(', ')}${more}.` : '';
    const detail = `Storage does not answer. Try again in a minute.${done}`;
    return problem(503, 'Not accepted', detail);
  }
  const location = accepted.length === 1 ? (accepted[0]?.look ?? '/api/status') : '/api/status';
  return json(202, { mode, orders: accepted }, { location });
}

/** Registrations that a refusal names. */
const mostNamed = 20;
