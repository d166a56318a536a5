/** What the API answers, as schemas: for its description, and for the tests that hold it to that. */
import { z } from 'zod';
import { reasons, type Reason } from '../core/reason.ts';
import { registrationPlan } from '../foresight/document.ts';

const instant = z.iso.datetime();
const reason = z.enum(Object.keys(reasons) as [Reason, ...Reason[]]);
const state = z.enum(['healthy', 'waiting', 'needs-person']);
const next = z.string().nullable().meta({ description: 'The address of the rest; null: none.' });

const registrationAnswer = z.strictObject({
  id: z.string(),
  state,
  reason,
  sinceAt: instant.optional(),
  means: z.string(),
  remedy: z.string().optional(),
  standing: z
    .array(z.strictObject({ reason, subject: z.string().optional() }))
    .optional()
    .meta({ description: 'This and all below is absent before the first look.' }),
  appId: z.string().nullable().optional(),
  credential: z
    .strictObject({ keyId: z.string(), expiresAt: instant, renewsAt: instant.optional() })
    .nullable()
    .optional(),
  credentials: z
    .array(
      z.strictObject({
        keyId: z.string(),
        expiresAt: instant,
        role: z.enum(['serving', 'next', 'old', 'foreign']),
        place: z.enum(['application', 'service-principal']),
      }),
    )
    .optional(),
  connectors: z
    .array(
      z.strictObject({
        id: z.string(),
        clientId: z.string().nullable(),
        keyId: z.string().nullable(),
        switchedAt: instant.nullable(),
        grants: z.strictObject({ total: z.number(), invalid: z.number() }).nullable(),
      }),
    )
    .optional(),
  frozenUntilAt: instant.optional(),
  lookedAt: instant.optional(),
  nextLookAt: instant.optional(),
});

/** What came of an order. Newer members may come. */
export const resultAnswer = z.looseObject({
  order: z.string().optional(),
  result: z.enum(['done', 'refused']).optional(),
  registration: z.string().optional(),
  at: instant.optional(),
  plan: registrationPlan.optional().meta({ description: 'Where one was asked for.' }),
});

export const statusAnswer = z.strictObject({
  ok: z.boolean().meta({ description: 'False when somebody must do something, anywhere.' }),
  at: instant.meta({ description: 'When this was told. No part of the entity tag.' }),
  fileErrors: z.number(),
  total: z.number().meta({ description: 'How many registrations the question is about.' }),
  registrations: z.array(registrationAnswer),
  next,
  unmanaged: z
    .array(
      z.strictObject({
        registration: z.string(),
        endsAt: instant.nullable(),
        isAlarm: z.boolean(),
      }),
    )
    .meta({
      description: 'No longer in keeper.yaml; those that end soon first, a hundred at most.',
    }),
  order: resultAnswer.nullable().optional(),
});

export const auditAnswer = z.strictObject({
  registration: z.string(),
  entries: z.array(
    z.strictObject({
      seq: z.number(),
      kind: z.string(),
      text: z.string(),
      hash: z.string(),
      at: instant,
    }),
  ),
  brokenAt: z
    .number()
    .nullable()
    .meta({ description: 'The first entry that is not what Keeper wrote, if there is one.' }),
  next,
});

export const orderAccepted = z.strictObject({
  order: z.string(),
  registration: z.string(),
  kind: z.string(),
  look: z.string().meta({ description: 'Where the answer will be.' }),
});

export const resyncAccepted = z.strictObject({
  mode: z.enum(['plan', 'apply']),
  orders: z.array(
    z.strictObject({ registration: z.string(), order: z.string(), look: z.string() }),
  ),
});

export const healthAnswer = z.strictObject({ ok: z.literal(true) });

/** RFC 9457. */
export const problemAnswer = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
});
