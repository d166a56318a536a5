/** Role: no circular imports, and nothing of the embedded mode in what is deployed. */
import { describe, expect, it } from 'vitest';
import { circles, importGraph, reachedFrom } from './import-graph.ts';
import { readModules } from './source-module.ts';

const deployedEntry = 'src/functions/main.ts';

describe('src', () => {
  const graph = importGraph(readModules('src'));

  it('has no circular imports', () => {
    expect(circles(graph)).toEqual([]);
  });

  it('keeps the embedded mode out of what is deployed', () => {
    const local = [...reachedFrom(deployedEntry, graph)].filter((path) =>
      path.startsWith('src/local/'),
    );
    expect(local).toEqual([]);
  });
});

describe('circles()', () => {
  it('finds a circle through several modules', () => {
    const graph = importGraph([
      { path: 'src/a.ts', text: "import { b } from './b.ts'; export const a = b;" },
      { path: 'src/b.ts', text: "import type { C } from './sub/c.ts'; export const b: C = 1;" },
      { path: 'src/sub/c.ts', text: "export { a } from '../a.ts'; export type C = number;" },
    ]);
    expect(circles(graph)).toEqual(['src/a.ts -> src/b.ts -> src/sub/c.ts -> src/a.ts']);
  });

  it('finds a circle that is not at the start, and a module that imports itself', () => {
    const graph = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b']],
      ['d', ['d']],
    ]);
    expect(circles(graph)).toEqual(['b -> c -> b', 'd -> d']);
  });

  it('takes two ways to one module for no circle', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
    ]);
    expect(circles(graph)).toEqual([]);
  });
});

describe('reachedFrom()', () => {
  it('follows imports through other modules, and leaves packages out', () => {
    const graph = importGraph([
      { path: 'src/a.ts', text: "import './b.ts'; import 'node:fs';" },
      { path: 'src/b.ts', text: "await import('./c.ts');" },
      { path: 'src/d.ts', text: "import './a.ts';" },
    ]);
    expect([...reachedFrom('src/a.ts', graph)]).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts']);
  });
});
