/**
 * Role: the test projects, one a folder under test/. A folder without tests is no project yet.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

// Hundreds of processes are started from the sources: what was stripped and compiled once is kept.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '.cache/compile');

/** A project of the tests in test/<name>. */
function project(
  name: string,
  options: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } };
}

/** When the others are through: each file starts whole Keepers or a browser. */
const heavy = { testTimeout: 120_000, hookTimeout: 120_000, sequence: { groupOrder: 1 } } as const;

/** True when the project has something to run. */
function hasTests({ test }: TestProjectInlineConfiguration): boolean {
  return globSync(test?.include ?? [], { cwd: import.meta.dirname }).length > 0;
}

export default defineConfig({
  test: {
    environment: 'node',
    // Files share processes: none of them leaves anything behind, and loading all anew for each takes long.
    isolate: false,
    passWithNoTests: false,
    // All cores: what else the machine does is little.
    maxWorkers: availableParallelism(),
    reporters: ['default', new ClosingLine()],
    projects: [
      project('unit', { testTimeout: 60_000 }),
      project('property', { testTimeout: 30_000 }),
      project('simulation', { testTimeout: 120_000 }),
      project('contract', { testTimeout: 30_000, hookTimeout: 30_000 }),
      project('end-to-end', heavy),
      project('browser', heavy),
      project('architecture', { testTimeout: 30_000 }),
    ].filter(hasTests),
  },
});
