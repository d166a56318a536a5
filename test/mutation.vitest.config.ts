/**
 * Role: the fast tests of core and audit, run once for each mutant. Scenarios and laws are left out:
 * they would kill mutants too, but slowly, and without saying which rule was broken.
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/unit/core/**/*.test.ts', 'test/unit/audit/**/*.test.ts'],
    // One starts processes, the other tries every bit of a log: both are slow, and kill nothing that the rest does not.
    exclude: ['**/independent.test.ts', '**/tampering.test.ts'],
    testTimeout: 30_000,
    // A mutant is one global variable, read at each call: files may share a worker, which saves most of the time.
    isolate: false,
  },
});
