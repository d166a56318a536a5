/** The body of a successful reply, checked. */
import type { z } from 'zod';
import { failure, success, type Result, type Vendor } from '../core/fault.ts';
import { malformed } from './fault.ts';
import type { TransportReply } from './transport.ts';

/** Parses JSON and checks it; what does not fit is a `malformed` fault that quotes nothing. */
export function readBody<T>(
  vendor: Vendor,
  reply: TransportReply,
  schema: z.ZodType<T>,
): Result<T> {
  const parsed = schema.safeParse(jsonOf(reply.body));
  return parsed.success ? success(parsed.data) : failure(malformed(vendor, reply));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
