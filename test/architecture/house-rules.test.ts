/** Role: the house rules hold everywhere, and the checker sees a planted break. */
import { describe, expect, it } from 'vitest';
import { houseRuleBreaks } from './house-rules.ts';
import { readModules } from './source-module.ts';

/** The breaks of a text. */
function breaksOf(text: string): string[] {
  return houseRuleBreaks({ path: 'test/unit/plan.test.ts', text });
}

// The planted words are put together, so that no search of this repository stumbles over them.
const vitest = 'vi';
const singled = 'only';
const off = 'skip';
const later = ['TO', 'DO'].join('');
const broken = ['FIX', 'ME'].join('');

describe('the sources and tests', () => {
  it('keep the house rules', () => {
    // A tool's configuration is a default export, as the tool wants it.
    const modules = readModules('src', 'test', 'scripts', 'bench').filter(
      ({ path }) => !path.endsWith('.config.ts'),
    );
    expect(modules.flatMap(houseRuleBreaks)).toEqual([]);
  });
});

describe('houseRuleBreaks()', () => {
  it('sees default exports', () => {
    expect(breaksOf('\nexport default 1;')).toEqual(['test/unit/plan.test.ts:2: default export']);
    expect(breaksOf('const a = 1; export { a as default };')).toHaveLength(1);
    expect(breaksOf("export { a as default } from './a.ts';")).toHaveLength(1);
  });

  it('sees enums', () => {
    expect(breaksOf('export enum Colour { Red }')).toHaveLength(1);
    expect(breaksOf('const enum Colour { Red }')).toHaveLength(1);
  });

  it('sees mocked modules', () => {
    expect(breaksOf(`${vitest}.mock('./a.ts');`)).toHaveLength(1);
    expect(breaksOf(`${vitest}.doMock('./a.ts');`)).toHaveLength(1);
    expect(breaksOf(`${vitest}.useFakeTimers();`)).toEqual([]);
  });

  it('sees tests switched off or singled out', () => {
    expect(breaksOf(`it.${singled}('a', () => {});`)).toHaveLength(1);
    expect(breaksOf(`describe.${off}('a', () => {});`)).toHaveLength(1);
    expect(breaksOf(`test.concurrent.${off}.each([1])('a', () => {});`)).toHaveLength(1);
    expect(breaksOf(`it.${off}If(isSlow)('a', () => {}); rows.${off}(1);`)).toEqual([]);
  });

  it('sees unfinished notes', () => {
    expect(breaksOf(`// ${later}: more`)).toHaveLength(1);
    expect(breaksOf(`/* ${broken} */ const a = '${later}';`)).toHaveLength(2);
  });

  it('lets words in comments and strings be', () => {
    expect(breaksOf("// no default export, no enum\nconst a = 'export default 1';")).toEqual([]);
  });
});
