/** Role: pins the line that scripts read at the end of a test run. */
import { describe, expect, it } from 'vitest';
import { closingLine } from '../support/closing-line.ts';

describe('closingLine()', () => {
  it('counts what passed and what failed', () => {
    expect(closingLine({ passed: 12, failed: 1, skipped: 0 })).toBe('12 passed, 1 failed');
  });

  it('names skipped tests only when there are some', () => {
    expect(closingLine({ passed: 3, failed: 0, skipped: 2 })).toBe('3 passed, 0 failed, 2 skipped');
  });
});
