/** Role: planted bugs fit the code as it is, and the oracle catches what they break. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMany } from './crew.ts';
import { describeFailure, failureLines } from './failure.ts';
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

  it('are told with the fewest mishaps, a command, and who held what', async () => {
    const sabotage = 'renew-late';
    const task = { seed: 1, registrations: 1, years: 2, mode: 'all' };
    const found: RunResult[] = [];
    await runMany([task], {
      workers: 1,
      sabotage,
      finished(result) {
        found.push(result);
        return true;
      },
    });
    const [failed] = found;
    if (!failed?.violation) throw new Error('It was not caught');
    const failure = await describeFailure(task, failed, sabotage);
    // No mishap is needed: it is late all by itself.
    expect(failure).toMatchObject({ seed: 1, mishaps: 0, law: 'convergence' });
    expect(failure.command).toBe(
      'npm run -s simulate -- --seed 1 --mishaps 0 --registrations 1 --years 2 --mode all --sabotage renew-late',
    );
    const text = failureLines(failure).join('\n');
    expect(text).toMatch(/^seed 1 breaks convergence at \d{4}-.*ends in \d+ days/);
    expect(failure.parties.join('\n')).toMatch(/Entra[^]*vault[^]*connector/i);
    expect(failure.tail.length).toBeGreaterThan(10);
  });
});
