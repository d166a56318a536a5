/** Role: draws the import table of src, and shows that the checker sees a planted break. */
import { describe, expect, it } from 'vitest';
import { floorBreaks } from './floors.ts';
import { readModules } from './source-module.ts';

/** The breaks of one import, written in a module at `path`. */
function breaksOf(path: string, specifier: string): string[] {
  return floorBreaks([{ path, text: `import { x } from '${specifier}';\nx();\n` }]);
}

describe('src', () => {
  it('imports downward only', () => {
    expect(floorBreaks(readModules('src'))).toEqual([]);
  });
});

describe('floorBreaks()', () => {
  it('lets an import go down, over several floors too', () => {
    expect(breaksOf('src/functions/main.ts', '../live.ts')).toEqual([]);
    expect(breaksOf('src/live.ts', './clients/graph.ts')).toEqual([]);
    expect(breaksOf('src/cli/keeper.ts', '../core/plan.ts')).toEqual([]);
    expect(breaksOf('src/reconcile/pass.ts', '../audit/chain.ts')).toEqual([]);
  });

  it('lets an import stay in its folder', () => {
    expect(breaksOf('src/core/plan.ts', './fault.ts')).toEqual([]);
    expect(breaksOf('src/local/simulators/graph.ts', '../host.ts')).toEqual([]);
  });

  it('sees an import that runs up', () => {
    expect(breaksOf('src/core/plan.ts', '../audit/chain.ts')).toEqual([
      'src/core/plan.ts:1: runs up from core to audit (src/audit/chain.ts)',
    ]);
    expect(breaksOf('src/clients/graph.ts', '../live.ts')).toHaveLength(1);
    expect(breaksOf('src/live.ts', './functions/main.ts')).toHaveLength(1);
  });

  it('sees an import that runs sideways', () => {
    expect(breaksOf('src/web/page.ts', '../clients/graph.ts')).toEqual([
      'src/web/page.ts:1: runs sideways from web to clients (src/clients/graph.ts)',
    ]);
  });

  it('lets local import all, and sees an import of local', () => {
    expect(breaksOf('src/local/main.ts', '../functions/main.ts')).toEqual([]);
    expect(breaksOf('src/live.ts', './local/main.ts')).toHaveLength(1);
    expect(breaksOf('src/functions/main.ts', '../local/host.ts')).toHaveLength(1);
  });

  it('sees type imports, re-exports and dynamic imports', () => {
    const path = 'src/core/plan.ts';
    for (const text of [
      "import type { X } from '../clients/graph.ts';",
      "export { x } from '../clients/graph.ts';",
      "export * from '../clients/graph.ts';",
      "const x = await import('../clients/graph.ts');",
      "let x: import('../clients/graph.ts').X;",
    ]) {
      expect(floorBreaks([{ path, text }])).toHaveLength(1);
    }
  });

  it('sees a module on no floor, and an import that leaves src', () => {
    expect(breaksOf('src/helpers/text.ts', '../core/plan.ts')).toEqual([
      'src/helpers/text.ts: stands on no floor',
    ]);
    expect(breaksOf('src/core/plan.ts', '../helpers/text.ts')).toHaveLength(1);
    expect(breaksOf('src/core/plan.ts', '../../test/support/world.ts')).toHaveLength(1);
  });
});
