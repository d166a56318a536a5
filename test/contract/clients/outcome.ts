/** Results in tests. */
import type { Result } from '../../../src/core/fault.ts';

/** The value, or the fault as the test's failure. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`fault: ${JSON.stringify(result.fault)}`);
  return result.value;
}
