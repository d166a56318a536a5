/** Small checks of foreign values, put together to larger ones. Members that are not named may be there. */
import { isObject } from './shapes.ts';

/** True for a value of the right shape. */
export type Check = (value: unknown) => boolean;

/** Checks by the names of members. */
export type Members = Readonly<Record<string, Check>>;

/** A text. */
export const text: Check = (value) => typeof value === 'string';

/** A number that is one. */
export const number: Check = (value) => Number.isFinite(value);

/** True or false. */
export const bool: Check = (value) => typeof value === 'boolean';

/** One of these words. */
export function among(...words: readonly string[]): Check {
  return (value) => words.some((one) => one === value);
}

/** Nothing, or what passes. */
export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** A list of what passes. */
export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((one) => check(one));
}

/** What passes all of these. */
export function all(...checks: readonly Check[]): Check {
  return (value) => checks.every((check) => check(value));
}

/** An object whose members pass. */
export function members(wanted: Members): Check {
  const each = Object.entries(wanted);
  return (value) => isObject(value) && each.every(([name, check]) => check(value[name]));
}

/** An object that says itself which of several it is, and is that one. */
export function variant(discriminant: string, table: Readonly<Record<string, Members>>): Check {
  const checks = new Map(Object.entries(table).map(([name, wanted]) => [name, members(wanted)]));
  return (value) => {
    if (!isObject(value)) return false;
    const name = value[discriminant];
    return typeof name === 'string' && (checks.get(name)?.(value) ?? false);
  };
}
