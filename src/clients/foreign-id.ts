/** Ids that come from outside. */
import { z } from 'zod';
import { inOneCase } from '../core/guid.ts';

/**
 * An id of a vendor. Ids become names of members in memory, so none may be a name that every object
 * has: `constructor` or `__proto__` would be found there without ever having been put in. GUIDs are
 * brought into one letter case here, so that nothing further in needs to think of it.
 */
export const foreignId = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !isInherited(text))
  .transform(inOneCase);

/** True for the names that every object has. */
export function isInherited(name: string): boolean {
  return name in {};
}
