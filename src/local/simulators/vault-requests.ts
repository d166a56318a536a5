/**
 * Role: what a simulated vault accepts as a name and as a body. Limits: value 25 KB, content type
 * 255 characters, 15 tags of at most 256 characters a side (the stricter of the two documented
 * numbers), name 1 to 127 of letters, digits and dashes.
 */
import { badParameter } from './vault-refusal.ts';

const namePattern = /^[0-9a-zA-Z-]{1,127}$/u;
const maxValueBytes = 25 * 1024;
const maxContentTypeChars = 255;
const maxTags = 15;
const maxTagChars = 256;
const digestBytes = 32;

/** What may be said of a version besides its value. Times are epoch seconds, as on the wire. */
export interface VersionProperties {
  readonly contentType?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  readonly expSeconds?: number;
  readonly nbfSeconds?: number;
}

/** A new version. */
export interface SecretWrite extends VersionProperties {
  readonly value: string;
}

/** Refuses a name that Key Vault would refuse. */
export function checkName(name: string): void {
  if (!namePattern.test(name)) {
    throw badParameter(`The request URI contains an invalid name: ${name}`);
  }
}

/** The body of a PUT, or a 400. A missing or empty value is refused, never stored. */
export function secretWriteOf(body: unknown): SecretWrite {
  const fields = objectOf(body, 'request body');
  const value = fields['value'];
  if (typeof value !== 'string') throw badParameter('The property "value" is required.');
  const write = { value, ...propertiesOf(fields) };
  checkWrite(write);
  return write;
}

/** The body of a PATCH, or a 400. The value cannot be changed. */
export function versionPatchOf(body: unknown): VersionProperties {
  const fields = objectOf(body, 'request body');
  if ('value' in fields) throw badParameter('The property "value" cannot be updated.');
  const patch = propertiesOf(fields);
  checkProperties(patch);
  return patch;
}

/** The digest in the body of a request to sign, or a 400: ES256 over 32 bytes, nothing else. */
export function signedDigestOf(body: unknown): Buffer {
  const { alg, value } = objectOf(body, 'request body');
  if (alg !== 'ES256') {
    throw badParameter('Key and signing algorithm are incompatible: a P-256 key signs with ES256.');
  }
  if (typeof value !== 'string' || !/^[\w-]+={0,2}$/u.test(value)) {
    throw badParameter('The property "value" is missing or not base64url.');
  }
  const digest = Buffer.from(value, 'base64url');
  if (digest.length !== digestBytes) {
    throw badParameter(
      `Invalid length of 'value': ${digest.length} bytes. ES256 requires ${digestBytes} bytes.`,
    );
  }
  return digest;
}

/** A body as JSON, or a 400. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter('The request body is missing or not JSON.');
  }
}

/** Refuses a write over the documented sizes. */
export function checkWrite(write: SecretWrite): void {
  if (write.value === '') throw badParameter('The property "value" must not be empty.');
  if (new TextEncoder().encode(write.value).length > maxValueBytes) {
    throw badParameter(`The secret value exceeds ${maxValueBytes} bytes.`);
  }
  checkProperties(write);
}

function checkProperties({ contentType, tags, expSeconds, nbfSeconds }: VersionProperties): void {
  if (contentType !== undefined && contentType.length > maxContentTypeChars) {
    throw badParameter(`The content type exceeds ${maxContentTypeChars} characters.`);
  }
  const entries = Object.entries(tags ?? {});
  if (entries.length > maxTags) throw badParameter(`More than ${maxTags} tags.`);
  if (entries.some(([key, text]) => key.length > maxTagChars || text.length > maxTagChars)) {
    throw badParameter(`A tag exceeds ${maxTagChars} characters.`);
  }
  for (const instant of [expSeconds, nbfSeconds]) {
    if (instant !== undefined && (!Number.isSafeInteger(instant) || instant < 0)) {
      throw badParameter('An attribute is not a time in whole seconds.');
    }
  }
}

function propertiesOf(fields: Record<string, unknown>): VersionProperties {
  const attributes = objectOf(fields['attributes'] ?? {}, 'attributes');
  const contentType = optional(fields['contentType'], 'string', 'contentType');
  const enabled = optional(attributes['enabled'], 'boolean', 'enabled');
  const expSeconds = optional(attributes['exp'], 'number', 'exp');
  const nbfSeconds = optional(attributes['nbf'], 'number', 'nbf');
  return {
    ...(contentType !== undefined && { contentType }),
    ...(fields['tags'] !== undefined &&
      fields['tags'] !== null && { tags: tagsOf(fields['tags']) }),
    ...(enabled !== undefined && { enabled }),
    ...(expSeconds !== undefined && { expSeconds }),
    ...(nbfSeconds !== undefined && { nbfSeconds }),
  };
}

function tagsOf(value: unknown): Record<string, string> {
  const tags = objectOf(value, 'tags');
  return Object.fromEntries(
    Object.entries(tags).map(([key, text]) => {
      if (typeof text !== 'string') throw badParameter(`The tag "${key}" is not a string.`);
      return [key, text];
    }),
  );
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badParameter(`The ${what} is missing or not a JSON object.`);
  }
  return value as Record<string, unknown>;
}

interface Primitives {
  string: string;
  boolean: boolean;
  number: number;
}

function optional<K extends keyof Primitives>(
  value: unknown,
  type: K,
  name: string,
): Primitives[K] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw badParameter(`The property "${name}" is not a ${type}.`);
  return value as Primitives[K];
}
