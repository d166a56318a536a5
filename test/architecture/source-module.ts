/**
 * Role: what the architecture tests look at: a source file's path and text, and what it imports.
 * Syntax is parsed, not searched, so comments and strings mislead nobody.
 */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Program, type StringLiteral, Visitor, parseSync } from 'oxc-parser';

/** A TypeScript file; the path is relative to the repository, with forward slashes. */
export interface SourceModule {
  path: string;
  text: string;
}

/** One import of a module. `target` is a path for a relative import, a name for a package. */
export interface Import {
  target: string;
  isRelative: boolean;
  line: number;
}

/** Stands for a dynamic import whose name is computed, so that nobody can say what it loads. */
const computedName = '(a computed name)';

/** Reads all TypeScript files below the given folders; a missing folder has none. */
export function readModules(...folders: readonly string[]): SourceModule[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** Parses a module; a syntax error is the test's failure, named by file. */
export function parse({ path, text }: SourceModule): Program {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new SyntaxError(`${path}: ${errors[0].message}`);
  return program;
}

/** The line, from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Everything the module imports or re-exports: values and types, static and dynamic. */
export function importsOf(module: SourceModule): Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, offset: number): void => {
    const isRelative = specifier.startsWith('.');
    const target = isRelative ? posix.join(posix.dirname(module.path), specifier) : specifier;
    imports.push({ target, isRelative, line: lineAt(module.text, offset) });
  };
  const addSource = ({ source }: { source: StringLiteral | null }): void => {
    if (source !== null) add(source.value, source.start);
  };
  new Visitor({
    ImportDeclaration: addSource,
    ExportAllDeclaration: addSource,
    ExportNamedDeclaration: addSource,
    TSImportType: addSource,
    ImportExpression({ source, start }) {
      const name = source.type === 'Literal' ? source.value : undefined;
      add(typeof name === 'string' ? name : computedName, start);
    },
  }).visit(parse(module));
  return imports;
}
