/**
 * The last status as a state blob holds it, checked. The blob is a cache of bytes from storage:
 * what is not whole is told as if nobody had looked yet, and the next pass writes it anew.
 */
import { z } from 'zod';
import { reasons, type Reason } from '../core/reason.ts';
import type { RegistrationStatus } from '../core/status.ts';

/** What a date can hold. */
const instant = z.number().min(-8_640_000_000_000_000).max(8_640_000_000_000_000);
const id = z.string();
const reason = z.enum(Object.keys(reasons) as [Reason, ...Reason[]]);

const whole: z.ZodType<RegistrationStatus> = z.object({
  id,
  state: z.enum(['healthy', 'waiting', 'needs-person']),
  reason,
  sinceAt: instant.exactOptional(),
  standing: z.array(z.object({ reason, subject: z.string().exactOptional() })),
  appId: id.nullable(),
  credential: z
    .object({ keyId: id, expiresAt: instant, renewsAt: instant.exactOptional() })
    .nullable(),
  credentials: z.array(
    z.object({
      keyId: id,
      expiresAt: instant,
      role: z.enum(['serving', 'next', 'old', 'foreign']),
      place: z.enum(['application', 'service-principal']),
    }),
  ),
  connectors: z.array(
    z.object({
      id,
      clientId: id.nullable(),
      keyId: id.nullable(),
      switchedAt: instant.nullable(),
      grants: z.object({ total: z.number(), invalid: z.number() }).nullable(),
    }),
  ),
  frozenUntilAt: instant.exactOptional(),
  lookedAt: instant,
  nextLookAt: instant,
});

/** The status, if it is whole. */
export function wholeStatus(saved: unknown): RegistrationStatus | undefined {
  return whole.safeParse(saved).data;
}

/** The instant as ISO 8601; `null` for what is none. */
export function instantText(ms: unknown): string | null {
  const read = instant.safeParse(ms);
  return read.success ? new Date(read.data).toISOString() : null;
}

/** True unless it is nested deeper than anything of Keeper's: writing it might exhaust the stack. */
export function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth < 20 && Object.values(value).every((one) => isShallow(one, depth + 1));
}
