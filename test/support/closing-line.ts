/**
 * Role: a vitest reporter that ends the report with one plain line, `12 passed, 0 failed`, for
 * people and scripts that read only the end. A test file that could not be loaded and an error
 * outside of any test count as one failure each; otherwise they would not show.
 */
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What the closing line says. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line itself; skipped tests are named only when there are some. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** Counts what ran. A test left without a result by an aborted run counts as skipped. */
function count(modules: readonly TestModule[], errors: readonly SerializedError[]): Counts {
  const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') failedHere += 1;
      else counts.skipped += 1;
    }
    if (failedHere === 0 && !module.ok()) failedHere = 1;
    counts.failed += failedHere;
  }
  return counts;
}

/** The reporter. It writes as the process exits, so that nothing can follow its line. */
export class ClosingLine implements Reporter {
  #line = closingLine({ passed: 0, failed: 0, skipped: 0 });

  onInit(): void {
    process.once('exit', () => process.stdout.write(`${this.#line}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#line = closingLine(count(modules, errors));
  }
}
