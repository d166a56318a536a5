/**
 * Role: finds what a pure core may not contain: imports from elsewhere, the clock, randomness, and
 * globals that reach outside the process's memory.
 */
import { type IdentifierName, type PropertyKey, Visitor } from 'oxc-parser';
import { type SourceModule, importsOf, lineAt, parse } from './source-module.ts';

const outsideGlobals: ReadonlySet<string> = new Set([
  'Buffer',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Each impurity of a module of the core, with its line. */
export function impurities(module: SourceModule): string[] {
  return [...foreignImports(module), ...impureExpressions(module)].map(
    ({ line, wrong }) => `${module.path}:${line}: ${wrong}`,
  );
}

/** An impurity and where it stands. */
interface Impurity {
  line: number;
  wrong: string;
}

function foreignImports(module: SourceModule): Impurity[] {
  return importsOf(module)
    .filter(({ isRelative, target }) => !isRelative || !target.startsWith('src/core/'))
    .map(({ target, line }) => ({ line, wrong: `imports ${target}` }));
}

function impureExpressions(module: SourceModule): Impurity[] {
  const found: { offset: number; wrong: string }[] = [];
  // Names that are mere labels, as `process` in `order.process`, by their offset.
  const labels = new Set<number>();
  const label = (key: PropertyKey | IdentifierName, isComputed: boolean): void => {
    if (!isComputed) labels.add(key.start);
  };
  new Visitor({
    MemberExpression({ object, property, computed, start }) {
      label(property, computed);
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return;
      const name = `${object.name}.${property.name}`;
      if (name === 'Date.now' || name === 'Math.random') found.push({ offset: start, wrong: name });
    },
    NewExpression({ callee, arguments: given, start }) {
      const isDate = callee.type === 'Identifier' && callee.name === 'Date';
      if (isDate && given.length === 0) found.push({ offset: start, wrong: 'new Date()' });
    },
    CallExpression({ callee, start }) {
      const isDate = callee.type === 'Identifier' && callee.name === 'Date';
      if (isDate) found.push({ offset: start, wrong: 'Date()' });
    },
    Property({ key, computed, shorthand }) {
      label(key, computed || shorthand);
    },
    MethodDefinition: ({ key, computed }) => label(key, computed),
    PropertyDefinition: ({ key, computed }) => label(key, computed),
    TSMethodSignature: ({ key, computed }) => label(key, computed),
    TSPropertySignature: ({ key, computed }) => label(key, computed),
    Identifier({ name, start }) {
      if (!outsideGlobals.has(name) || labels.has(start)) return;
      found.push({ offset: start, wrong: name });
      // The two halves of `{ process }` stand at one offset and count once.
      labels.add(start);
    },
  }).visit(parse(module));
  return found.map(({ offset, wrong }) => ({ line: lineAt(module.text, offset), wrong }));
}
