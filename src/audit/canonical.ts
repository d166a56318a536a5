/** Canonical JSON (RFC 8785): one text for one value, so that its hash means something. */
import { hash } from 'node:crypto';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Texts that stand in JSON as they are. */
const plain = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * The canonical text of a value. Members that are undefined are left out, as JSON does.
 * @throws TypeError for a number that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) {
    return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') return `{${membersOf(value).join(',')}}`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`Cannot write ${value} as JSON`);
  }
  return JSON.stringify(value) ?? 'null';
}

/** The canonical texts of an object's members, in order: joined by commas, in braces, they are its own. */
export function membersOf(value: object): readonly string[] {
  const record = value as Readonly<Record<string, unknown>>;
  const texts: string[] = [];
  for (const key of sortedKeys(record)) {
    const member = record[key];
    if (member !== undefined) texts.push(`${textOf(key)}:${canonicalJson(member)}`);
  }
  return texts;
}

/** By UTF-16 code units, as the standard says. What Keeper reads back is mostly in order already. */
function sortedKeys(record: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(record);
  const isSorted = keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);
  return isSorted ? keys : keys.toSorted((one, other) => (one < other ? -1 : 1));
}

function textOf(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** SHA-256 in hex, of a text's UTF-8 bytes or of bytes. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
