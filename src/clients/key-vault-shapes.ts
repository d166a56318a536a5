/** What the Key Vault library must hand over, checked: it passes replies on as they are. */
import { z } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import type { SeenVersion } from '../core/observed.ts';
import { malformed } from './fault.ts';

const properties = z
  .object({
    version: z.string().regex(/^[0-9A-Za-z]{1,64}$/),
    createdOn: z.date(),
    enabled: z.boolean().optional(),
    expiresOn: z.date().optional(),
    tags: z.record(z.string().max(512), z.string().max(512)).nullish(),
  })
  .transform((raw): SeenVersion => ({
    version: raw.version,
    createdAt: raw.createdOn.getTime(),
    enabled: raw.enabled ?? true,
    ...(raw.expiresOn === undefined ? {} : { expiresAt: raw.expiresOn.getTime() }),
    tags: raw.tags ?? {},
  }));

const value = z.string().max(25_600);

/** One version's properties. */
export function versionOf(raw: unknown): Result<SeenVersion> {
  return checked(properties, raw);
}

/** A version's text; call it only to wrap it. */
export function valueOf(raw: unknown): Result<string> {
  return checked(value, raw);
}

function checked<T>(schema: z.ZodType<T>, raw: unknown): Result<T> {
  const parsed = schema.safeParse(raw);
  return parsed.success
    ? success(parsed.data)
    : failure(malformed('vault', { status: 200, code: 'shape' }));
}
