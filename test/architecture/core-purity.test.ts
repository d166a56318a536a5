/** Role: the core is pure, and the checker sees a planted impurity. */
import { describe, expect, it } from 'vitest';
import { impurities } from './core-purity.ts';
import { readModules } from './source-module.ts';

/** The impurities of a text, as if it stood in the core. */
function impuritiesOf(text: string): string[] {
  return impurities({ path: 'src/core/plan.ts', text });
}

describe('src/core', () => {
  it('imports only itself, and has no clock, no randomness and no way outside', () => {
    expect(readModules('src/core').flatMap(impurities)).toEqual([]);
  });
});

describe('impurities()', () => {
  it('sees imports of Node, of packages and of other folders', () => {
    expect(impuritiesOf("import { hash } from 'node:crypto';")).toEqual([
      'src/core/plan.ts:1: imports node:crypto',
    ]);
    expect(impuritiesOf("import type { z } from 'zod';")).toHaveLength(1);
    expect(impuritiesOf("export * from '../audit/chain.ts';")).toHaveLength(1);
    expect(impuritiesOf('await import(name);')).toHaveLength(1);
    expect(impuritiesOf("import { fault } from './fault.ts';")).toEqual([]);
  });

  it('sees the clock and randomness', () => {
    expect(impuritiesOf('\nconst at = Date.now();')).toEqual(['src/core/plan.ts:2: Date.now']);
    expect(impuritiesOf('const at = new Date();')).toHaveLength(1);
    expect(impuritiesOf('const at = new Date;')).toHaveLength(1);
    expect(impuritiesOf('const at = Date();')).toHaveLength(1);
    expect(impuritiesOf('const die = Math.random();')).toHaveLength(1);
    expect(impuritiesOf('const read = Date.now;')).toHaveLength(1);
  });

  it('sees globals that reach outside', () => {
    expect(impuritiesOf('const name = process.env.NAME;')).toEqual(['src/core/plan.ts:1: process']);
    expect(impuritiesOf('const all = { process };')).toHaveLength(1);
    expect(impuritiesOf('setTimeout(next, 5);')).toHaveLength(1);
    expect(impuritiesOf('globalThis.answer = 42;')).toHaveLength(1);
  });

  it('lets pure code be', () => {
    expect(impuritiesOf('const at = new Date(nowMs).toISOString();')).toEqual([]);
    expect(impuritiesOf('const at = Date.parse(text) + Math.max(1, 2);')).toEqual([]);
    expect(impuritiesOf('// Date.now() is read by process.env only\nexport const a = 1;')).toEqual(
      [],
    );
    expect(impuritiesOf("const text = 'Math.random()';")).toEqual([]);
    expect(impuritiesOf('const step = order.process; const o = { process: 1 };')).toEqual([]);
    expect(impuritiesOf('interface Order { process: string; fetch(): void }')).toEqual([]);
  });
});
