/** What `POST /api/orders` takes: one order for one registration. A body is understood whole or not at all. */
import { z } from 'zod';
import type { OrderBody } from '../core/order.ts';

const dayMs = 86_400_000;
/** A leaked secret is not to live on for long, whatever is asked. */
const longestLeakMs = 7 * dayMs;
const longestFreezeMs = 90 * dayMs;
/** How long connectors get to be moved before leaked credentials go. */
const defaultLeakMs = 4 * 3_600_000;

/** A key id of Entra: letters, digits and hyphens, and no name that every object has. */
const keyId = z
  .string()
  .regex(/^[0-9A-Za-z-]{1,64}$/)
  .refine((text) => !(text in {}))
  .meta({ description: 'The key id of a credential, as Entra lists it.' });
const instant = z.iso
  .datetime()
  .meta({ description: 'An instant in UTC, such as 2026-11-25T08:00:00Z.' });

/** The bodies of orders, as people write them. */
export const orderRequest = z.strictObject({
  registration: z.string().min(1).max(200).meta({ description: 'The id in keeper.yaml.' }),
  order: z.discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('resync'), mode: z.enum(['plan', 'apply']) })
      .meta({ description: 'Look in full now; with `plan`, only tell what would be done.' }),
    z
      .strictObject({
        kind: z.literal('rotate'),
        reason: z
          .string()
          .trim()
          .min(1)
          .max(200)
          .regex(/^[^\p{C}]*$/u)
          .meta({ description: 'Why, in a few words; it goes into the audit log.' }),
      })
      .meta({ description: 'Issue a new credential although the serving one is not due.' }),
    z
      .strictObject({
        kind: z.literal('compromised'),
        keyIds: z.array(keyId).max(100).default([]),
        removeAt: instant.optional(),
        endGrants: z.literal('accept').meta({
          description:
            'Says that you accept it: users of connectors that cannot be moved in time must sign in again.',
        }),
      })
      .meta({
        description:
          'Credentials have leaked: connectors go to good ones, then these are removed, at `removeAt` at the latest (4 hours from now unless you say otherwise). Without key ids: all of Keeper’s own.',
      }),
    z.strictObject({ kind: z.literal('retire'), keyId }).meta({
      description: 'Remove an old credential before it ends. The one that serves is refused.',
    }),
    z.strictObject({ kind: z.literal('freeze'), until: instant }).meta({
      description:
        'Change nothing until then, 90 days at the most; a freeze ends by itself 14 days before the secret does.',
    }),
    z.strictObject({ kind: z.literal('thaw') }).meta({ description: 'End a freeze.' }),
  ]),
});

export type OrderRequest = z.output<typeof orderRequest>;

/** The order for the loop, or what is wrong with its times. */
export function bodyOf(
  { order }: OrderRequest,
  now: number,
): OrderBody | { readonly wrong: string } {
  switch (order.kind) {
    case 'compromised': {
      const { keyIds, endGrants } = order;
      const removeAt =
        order.removeAt === undefined ? now + defaultLeakMs : Date.parse(order.removeAt);
      if (removeAt < now) return { wrong: '"removeAt" is in the past.' };
      if (removeAt > now + longestLeakMs)
        return { wrong: '"removeAt" is more than seven days away.' };
      return { kind: 'compromised', keyIds, removeAt, endGrants };
    }
    case 'freeze': {
      const untilAt = Date.parse(order.until);
      if (untilAt <= now) return { wrong: '"until" is in the past.' };
      if (untilAt > now + longestFreezeMs) return { wrong: '"until" is more than 90 days away.' };
      return { kind: 'freeze', untilAt };
    }
    default:
      return order;
  }
}

/** What is wrong with a body, in one line: where, and what is expected there. No value is repeated. */
export function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'The body is not understood.';
  const place = issue.path.length === 0 ? 'The body' : `"${issue.path.map(String).join('.')}"`;
  if (issue.code === 'unrecognized_keys') return `${place} has a member that is not known.`;
  if (issue.code === 'invalid_union') {
    return '"order.kind" is none of resync, rotate, compromised, retire, freeze, thaw.';
  }
  return `${place} is not as it must be: ${issue.message}.`;
}
