/**
 * `POST /api/resync`: writes an order for one registration or for all, and says where to look. It
 * calls no vendor. A body that is not understood is refused with a reason and changes nothing.
 */
import { z } from 'zod';
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { keyNotUnderstood, keyUsedBefore, orderNameOf, type OrderName } from './idempotency.ts';
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
  /** The sender's name for what is asked: sent again, it is the same order of each registration. */
  readonly idempotencyKey?: string | null;
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
  const named = namedFor(call, chosen);
  return 'wrong' in named ? keyNotUnderstood(named.wrong) : writeOrders(call, named, wish.mode);
}

/** A registration to look at, and the name of its order where the sender gave one. */
interface Chosen {
  readonly registration: DesiredRegistration;
  readonly name?: OrderName;
}

/** Each with the name that follows from the sender's key, or what is wrong with that. */
function namedFor(
  { world, by, idempotencyKey = null }: ResyncCall,
  chosen: readonly DesiredRegistration[],
): readonly Chosen[] | { readonly wrong: string } {
  if (idempotencyKey === null) return chosen.map((registration) => ({ registration }));
  const now = world.clock.now();
  const named: Chosen[] = [];
  for (const registration of chosen) {
    const name = orderNameOf(idempotencyKey, { by, registration: registration.key, now });
    if ('wrong' in name) return name;
    named.push({ registration, name });
  }
  return named;
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
  chosen: readonly Chosen[],
  mode: Wish['mode'],
): Promise<Reply> {
  const tried = await inTurns(chosen, async ({ registration: { id, key }, name }) => {
    const wish = {
      body: { kind: 'resync', mode },
      by,
      ...(name === undefined ? {} : { name }),
    } as const;
    const written = await writeOrder(world, key, wish);
    if (!written.ok) return written.fault.code === 'exists' ? 'used' : undefined;
    return { registration: id, order: written.value, look: orderPath(written.value) };
  });
  const accepted = tried.filter((one) => typeof one === 'object');
  if (accepted.length < tried.length) {
    const done = toldAccepted(accepted.map((one) => one.registration));
    return tried.includes('used')
      ? keyUsedBefore(done)
      : problem(503, 'Not accepted', `Storage does not answer. Try again in a minute.${done}`);
  }
  const location = accepted.length === 1 ? (accepted[0]?.look ?? '/api/status') : '/api/status';
  return json(202, { mode, orders: accepted }, { location });
}

/** Registrations that a refusal names. */
const mostNamed = 20;

function toldAccepted(accepted: readonly string[]): string {
  const some = accepted.slice(0, mostNamed);
  const rest = accepted.length - some.length;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return some.length > 0 ? ` Accepted: ${some.join(', ')}${more}.` : '';
}
