/**
 * The pieces that the schema is made of: zod types that also know how to speak of a wrong value.
 * That lies in a registry of its own, apart from what goes into the JSON Schema.
 */
import { z } from 'zod';
import { isLegacyPermissionName } from '../core/permissions.ts';
import { quote } from './finding.ts';
import { nearestPermission } from './nearest.ts';

/** What to say of a value that its schema refuses. */
export interface Words {
  readonly message: string;
  readonly instead: string;
}

/** How each part speaks of a wrong value. */
export const explanations = z.registry<{ explain: (value: unknown) => Words }>();

interface FieldText {
  readonly description: string;
  /** Completes "'…' is no …". */
  readonly noun: string;
  readonly instead: string;
}

/** A value with what to say of it. `mute` where the text could be a secret in the wrong place. */
export function field<T extends z.ZodType>({
  schema,
  noun,
  instead,
  mute = false,
  ...meta
}: FieldText & { schema: T; default?: unknown; mute?: boolean }): T {
  return explained(schema.meta(meta), words(noun, instead, mute));
}

/** A list; `filled` if it must not be empty. */
export function list<T extends z.ZodType>({
  item,
  filled = false,
  ...text
}: FieldText & { item: T; filled?: boolean }): z.ZodArray<T> {
  const schema = filled ? z.array(item).min(1) : z.array(item);
  return field({ schema: schema.meta({ uniqueItems: true }), ...text });
}

/** A map that admits no other keys. */
export function object<T extends z.core.$ZodShape>(
  description: string,
  noun: string,
  shape: T,
): z.ZodObject<T, z.core.$strict> {
  const required = Object.keys(shape).filter((key) => !(shape[key] instanceof z.ZodOptional));
  const instead = `write a map with ${required.join(', ')}`;
  return field({ schema: z.strictObject(shape), description, noun, instead });
}

/** A schema, and how it speaks of a wrong value. */
export function explained<T extends z.ZodType>(schema: T, explain: (value: unknown) => Words): T {
  explanations.add(schema, { explain });
  return schema;
}

/** The usual words: "'…' is no …". */
export function words(noun: string, instead: string, mute = false): (value: unknown) => Words {
  return (value) => {
    const what = mute && typeof value === 'string' ? 'the text' : quote(value);
    return { message: `${what} is no ${noun}`, instead };
  };
}

/** Of a wrong permission: the one that was meant, or why there is none. */
export function explainPermission(value: unknown): Words {
  if (typeof value === 'string' && isLegacyPermissionName(value)) {
    return {
      message: `${quote(value)} belongs to a mail protocol that Nylas v3 does not use`,
      instead:
        'leave it out and write what Microsoft Graph needs, such as Mail.ReadWrite and Mail.Send',
    };
  }
  const meant = typeof value === 'string' ? nearestPermission(value) : undefined;
  return {
    message: `${quote(value)} is no delegated permission that Nylas uses`,
    instead: meant === undefined ? 'write a name such as Calendars.ReadWrite' : `write ${meant}`,
  };
}
