/**
 * Checks a value against the schema and says what is wrong in the words of the schema. Returns what
 * is left as a draft, and the value with its type when nothing is wrong.
 */
import { z } from 'zod';
import { type FileDraft, isRecord, prune, valueAt } from './draft.ts';
import { type Finding, type Path, atKey, atValue, quote } from './finding.ts';
import { nearest } from './nearest.ts';
import { explanations } from './schema-fields.ts';
import { type FileShape, fileSchema, idInstead, idPattern, noRegistrations } from './schema.ts';

/** What the schema says of a value. */
export interface ShapeCheck {
  readonly findings: readonly Finding[];
  readonly draft: FileDraft;
  readonly file?: FileShape;
}

/** Checks a value, and prunes it. */
export function checkShape(value: unknown): ShapeCheck {
  const misnamed = checkIds(value);
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) {
    const whole = misnamed.length === 0 ? { file: parsed.data } : {};
    return { findings: misnamed, draft: prune(value, pathsOf(misnamed)), ...whole };
  }
  const issues = parsed.error.issues.flatMap((issue) => flatten(issue, [], value));
  const findings = [...misnamed, ...distinct(issues.flatMap((issue) => explain(issue, value)))];
  return { findings, draft: prune(value, pathsOf(findings)) };
}

/** A registration is taken out with its wrong id: what hangs on the id cannot be judged. */
function checkIds(value: unknown): Finding[] {
  const registrations = valueAt(value, ['registrations']);
  if (!isRecord(registrations)) return [];
  const ids = Object.keys(registrations);
  if (ids.length === 0) {
    return [atValue(['registrations'], noRegistrations.message, noRegistrations.instead)];
  }
  return ids
    .filter((id) => !idPattern.test(id))
    .map((id) => atKey(['registrations', id], `${quote(id)} is no id`, idInstead));
}

interface Issue {
  readonly issue: z.core.$ZodIssue;
  readonly path: Path;
}

/** Looks into a union: of its branches, the one that has the kind of the value speaks. */
function flatten(issue: z.core.$ZodIssue, around: Path, value: unknown): Issue[] {
  const path = [...around, ...issue.path.map((part) => part as string | number)];
  if (issue.code !== 'invalid_union' || !isRecord(valueAt(value, path))) return [{ issue, path }];
  const branch = issue.errors.find((inner) =>
    inner.every(({ path: { length }, code }) => {
      return length > 0 || code === 'unrecognized_keys';
    }),
  );
  if (branch === undefined) return [{ issue, path }];
  return branch.flatMap((inner) => flatten(inner, path, value));
}

function explain({ issue, path }: Issue, value: unknown): Finding[] {
  const actual = valueAt(value, path);
  const schema = schemaAt(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], schema, actual));
  }
  if (path.length === 0) return [atValue(path, noRegistrations.message, noRegistrations.instead)];
  const { message, instead } = wordsOf(schema, actual);
  if (actual === undefined) return [atKey(path, 'is missing', instead)];
  if (actual === null) return [atKey(path, 'is empty', instead)];
  if (Array.isArray(actual) && issue.code === 'too_small') {
    return [atValue(path, 'the list is empty', instead)];
  }
  if (typeof actual === 'string' && issue.code === 'too_big') {
    const chars = `has ${actual.length} characters, ${actual.length - Number(issue.maximum)} too many`;
    return [atValue(path, chars, instead)];
  }
  return [atValue(path, message, instead)];
}

function wordsOf(schema: unknown, actual: unknown): { message: string; instead: string } {
  const entry = schema instanceof z.ZodType ? explanations.get(schema) : undefined;
  if (entry === undefined) throw new Error('a part of the schema has no words of its own');
  return entry.explain(actual);
}

function unknownKey(path: Path, schema: unknown, actual: unknown): Finding {
  const key = String(path.at(-1));
  const map = mapOf(schema);
  const known = map instanceof z.ZodObject ? Object.keys(map.shape) : [];
  const free = known.filter((name) => !Object.hasOwn(actual ?? {}, name));
  const meant = nearest(key, free);
  const instead = meant === undefined ? `write one of ${known.join(', ')}` : `write ${meant}`;
  return atKey(path, `there is no key ${quote(key)} here`, instead);
}

/** The schema of a part, without the wrapping that makes it optional. */
function schemaAt(path: Path): unknown {
  let schema: unknown = fileSchema;
  for (const part of path) {
    schema = mapOf(schema);
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<string, unknown>)[part];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return undefined;
    if (schema instanceof z.ZodOptional) schema = schema.unwrap();
  }
  return schema;
}

/** Of a union, the branch that is a map. */
function mapOf(schema: unknown): unknown {
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.find((option) => option instanceof z.ZodObject);
}

function pathsOf(findings: readonly Finding[]): Path[] {
  return findings.map(({ path }) => path);
}

/** One value can break two rules of its schema, with the same words. */
function distinct(findings: readonly Finding[]): Finding[] {
  const byPath = new Map<string, Finding>();
  for (const finding of findings) {
    const key = JSON.stringify(finding.path);
    if (!byPath.has(key)) byPath.set(key, finding);
  }
  return [...byPath.values()];
}
