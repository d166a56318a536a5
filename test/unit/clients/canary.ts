/** A text that must never come out of a client, and the check for it. */
import { inspect } from 'node:util';
import { expect } from 'vitest';

/** A secret in the form of Entra's. */
export const canary = 'Cny8Q~canary.0xDEADBEEF-5up3rS3cretValue_zz';

/** Holds when the value says nothing of the canary, in JSON or in inspection. */
export function expectSilent(value: unknown): void {
  const said = `${JSON.stringify(value)}\n${inspect(value, { depth: 20, showHidden: true })}`;
  expect(said).not.toContain(canary);
  expect(said).not.toContain('canary');
}
