import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editorSchema } from '../../../src/config/schema.ts';

const committed = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../keeper.schema.json'), 'utf8'),
) as unknown;

/** All parts of a JSON Schema that describe a key of the file. */
function properties(schema: unknown): [string, Record<string, unknown>][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = Object.entries((schema as { properties?: object }).properties ?? {});
  return [...own, ...Object.values(schema).flatMap(properties)] as [
    string,
    Record<string, unknown>,
  ][];
}

describe('keeper.schema.json', () => {
  it('is current (else run `node scripts/schema.ts`)', () => {
    expect(committed).toEqual(editorSchema());
  });

  it('describes every key', () => {
    const silent = properties(committed).filter(([, { description }]) => !description);
    expect(silent.map(([key]) => key)).toEqual([]);
  });

  it('offers permissions and audiences, and refuses unknown keys', () => {
    const text = JSON.stringify(committed);
    expect(text).toContain('"Calendars.ReadWrite"');
    expect(text).toContain('"organizations-and-personal"');
    expect(committed).toMatchObject({ additionalProperties: false });
  });
});
