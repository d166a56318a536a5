import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../src/config/settings-table.ts';
import { meaningOf, reasons, type Reason } from '../../src/core/reason.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
}

describe('docs', () => {
  it('tell what each reason means, and what to do, in the words of the code', () => {
    const text = page('reasons.md');
    const missing = (Object.keys(reasons) as Reason[]).filter((reason) => {
      const { means, remedy = '' } = { remedy: undefined, ...meaningOf(reason) };
      return !text.includes(`\`${reason}\``) || !text.includes(means) || !text.includes(remedy);
    });
    expect(missing).toEqual([]);
  });

  it('tell of each setting', () => {
    const text = page('settings.md');
    const missing = describeSettings().filter(({ name }) => !text.includes(`\`${name}\``));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
