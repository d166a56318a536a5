/** Role: planted bugs fit the code as it is, and the oracle catches what they break. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMany } from './crew.ts';
import type { RunResult } from './run.ts';
import { edited, pathOf, sabotages } from './sabotage.ts';

describe('planted bugs', () => {
  it.each(sabotages.map((one) => [one.name, one] as const))(
    '%s fits the code',
    (_name, { edits }) => {
      for (const edit of edits) {
        const text = readFileSync(pathOf(edit), 'utf8');
        expect(edited(text, edit)).not.toBe(text);
      }
    },
  );

  it('are at least twelve', () => {
    expect(sabotages.length).toBeGreaterThanOrEqual(12);
  });

  it.each([
    ['forget-the-intent', 'intent-first'],
    ['log-the-secret', 'secret-leaked'],
    ['remove-the-newest', 'removal'],
  ])('%s is caught as %s', async (sabotage, law) => {
    const found: RunResult[] = [];
    const tasks = Array.from({ length: 12 }, (_, index) => ({
      seed: index + 1,
      registrations: 2,
      years: 1,
      mode: 'all',
    }));
    await runMany(tasks, {
      workers: 1,
      sabotage,
      finished(result) {
        if (result.violation) found.push(result);
        return found.length > 0;
      },
    });
    expect(found[0]?.violation?.law).toBe(law);
    expect(found[0]?.parties?.length).toBeGreaterThan(2);
  });
});
