/**
 * Role: messages in the log are constant texts, and docs/metrics.md tells of each metric and of each
 * message: of those that are, and of no others. What alerts and charts read is among them.
 */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricTable } from '../../src/clients/metrics-table.ts';
import { logLinesOf } from './log-lines.ts';
import { readModules } from './source-module.ts';

const page = readFileSync('docs/metrics.md', 'utf8');

/** Of the product as it is deployed: the embedded mode and the command line talk to a person. */
const modules = readModules('src').filter(({ path }) => !/^src\/(?:local|cli)\//.test(path));
/** A log that is handed on to another adds nothing of its own. */
const passingOn = 'src/clients/invocation-log.ts';
const { lines, faults } = logLinesOf(modules);

/** Cells of the rows of a table whose first column has this heading. */
function rowsUnder(heading: string): string[][] {
  const [, table = ''] = page.split(`| ${heading} |`);
  const [rows = ''] = table.split(/\n\n/);
  return rows
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** `a`, `b` in a cell. */
function spans(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

describe('messages of the log', () => {
  it('are constant texts', () => {
    expect(faults.filter((fault) => !fault.startsWith(passingOn))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
  });

  it('are those of docs/metrics.md, with their levels and fields', () => {
    const told = rowsUnder('message').map(([message, level = '', fields]) =>
      [spans(message).join(), level, ...spans(fields).toSorted()].join(' '),
    );
    const fieldsOf = new Map<string, Set<string>>();
    for (const { message, level, fields } of lines) {
      const name = `${message} ${level}`;
      fieldsOf.set(name, new Set([...(fieldsOf.get(name) ?? []), ...fields]));
    }
    const logged = [...fieldsOf].map(([name, fields]) =>
      [name, ...[...fields].toSorted()].join(' '),
    );
    expect(told.toSorted()).toEqual(logged.toSorted());
  });

  it('have the fields that alerts and charts read', () => {
    const queries = [...globSync('infra/queries/*.kql'), 'infra/watch/workbook.json']
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const read = new Set([...queries.matchAll(/\bline\.(\w+)/g)].map(([, name = '']) => name));
    const common = ['level', 'message'];
    const known = new Set([
      ...common,
      ...rowsUnder('message').flatMap(([, , fields]) => spans(fields)),
      ...Object.values(metricTable).flatMap(({ attributes }) => attributes),
      'metric',
      'value',
      'count',
      'sum',
      'max',
    ]);
    expect(read.size).toBeGreaterThan(5);
    expect([...read].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('metrics', () => {
  it('are those of docs/metrics.md, with their kinds, units and attributes', () => {
    const told = rowsUnder('metric').map(([name, kind = '', unit, attributes]) =>
      [spans(name).join(), kind, spans(unit).join(), ...spans(attributes)].join(' '),
    );
    const known = Object.values(metricTable).map(({ name, kind, unit, attributes }) =>
      [name, kind, unit, ...attributes].join(' '),
    );
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  it('that charts show are metrics', () => {
    const workbook = readFileSync('infra/watch/workbook.json', 'utf8');
    const shown = [...workbook.matchAll(/'(keeper\.[a-z.]+)'/g)].map(([, name = '']) => name);
    const known = Object.values(metricTable).map(({ name }): string => name);
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.filter((name) => !known.includes(name))).toEqual([]);
  });
});

/** Lines of one planted module. */
function linesIn(text: string) {
  return logLinesOf([{ path: 'src/x.ts', text }]);
}

describe('the reader of log lines', () => {
  it('sees levels, messages, and fields, also of spreads', () => {
    const text = `log.info('a');\nthis.world.log.warn('b', { c, d: 1, ...(e ? { f } : {}), ...g });`;
    expect(linesIn(text).lines).toEqual([
      { level: 'info', message: 'a', fields: [], where: 'src/x.ts:1' },
      { level: 'warn', message: 'b', fields: ['c', 'd', 'f'], where: 'src/x.ts:2' },
    ]);
  });

  it.each([
    'log.error(`x ${y}`)',
    "world.log.info('a' + b)",
    'log.warn(text)',
    "log.info(x ? 'a' : b)",
    'log.info()',
  ])('sees a message that is no constant: %s', (text) => {
    expect(linesIn(text)).toEqual({
      lines: [],
      faults: ['src/x.ts:1: the message is not a text'],
    });
  });

  it('sees either of two messages', () => {
    const { lines: seen } = linesIn("log.info(x ? 'a' : 'b', { c })");
    expect(seen.map(({ message, fields }) => [message, fields])).toEqual([
      ['a', ['c']],
      ['b', ['c']],
    ]);
  });

  it('sees a text that a name stands for, and no name that stands for two', () => {
    const { lines: seen } = linesIn("const a = 'x'; log.info(a);");
    expect(seen.map(({ message }) => message)).toEqual(['x']);
    expect(linesIn("let a = 'x'; log.info(a);").faults).toHaveLength(1);
    expect(linesIn("const a = 'x'; { const a = b; log.info(a); }").faults).toHaveLength(1);
  });

  it('leaves other calls alone', () => {
    expect(linesIn('Math.log(x); console.info(x); catalog.info(x); log.debug(x)')).toEqual({
      lines: [],
      faults: [],
    });
  });
});
