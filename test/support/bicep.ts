/**
 * Role: reads Bicep far enough for tests to ask what a template declares. It parses and does not
 * compile: names are followed to variables of the same file, and all else stays the text it is.
 */
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** Something that only the platform can work out. */
export interface Expression {
  readonly expression: string;
  /** Of a call: what it is called with. */
  readonly args?: readonly BicepValue[];
}

export type BicepValue =
  | string
  | number
  | boolean
  | null
  | Expression
  | readonly BicepValue[]
  | BicepObject;

export interface BicepObject {
  readonly members: Readonly<Record<string, BicepValue>>;
}

/** A stretch of the text, to be cut out by a test of the tests. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface Declaration extends Stretch {
  readonly file: string;
  readonly symbol: string;
  /** Without its version. Of a module: the path of its file. */
  readonly type: string;
  readonly version: string;
  readonly isExisting: boolean;
  /** What it is repeated for; nothing when it is there once. */
  readonly over?: string;
  readonly body: BicepObject;
}

export interface Parameter {
  readonly name: string;
  readonly isSecure: boolean;
  readonly fallback?: BicepValue;
}

export interface BicepFile {
  readonly path: string;
  readonly text: string;
  /** What the parser could not read, by line. */
  readonly errors: readonly string[];
  readonly resources: readonly Declaration[];
  readonly modules: readonly Declaration[];
  readonly parameters: readonly Parameter[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, BicepValue>>;
}

await Parser.init();
const require = createRequire(import.meta.url);
const parser = new Parser().setLanguage(
  await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')),
);

/** Reads one file. */
export function readBicep(path: string, text: string): BicepFile {
  const root = rootOf(text);
  const declarations = root.namedChildren.filter((node) => node !== null);
  const of = (type: string): Node[] => declarations.filter((node) => node.type === type);
  return {
    path,
    text,
    errors: errorsIn(root),
    resources: of('resource_declaration').map((node) => declarationOf(path, node)),
    modules: of('module_declaration').map((node) => declarationOf(path, node)),
    parameters: of('parameter_declaration').map(parameterOf),
    outputs: Object.fromEntries(of('output_declaration').map(lastOf)),
    variables: Object.fromEntries(
      of('variable_declaration').map((node) => [
        node.namedChild(0)?.text ?? '',
        valueOf(node.namedChild(1)),
      ]),
    ),
  };
}

/** Each element of an array and each member of an object, with the text around it that goes along. */
export function piecesOf(text: string): (Stretch & { readonly text: string })[] {
  return rootOf(text)
    .descendantsOfType(['array', 'object'])
    .flatMap((node) => node?.namedChildren ?? [])
    .filter((node) => node !== null)
    .map((node) => {
      // Of a list on one line, a comma goes along, or the rest could not be read.
      const after = /^\s*,/.exec(text.slice(node.endIndex));
      const before = after ? undefined : /,\s*$/.exec(text.slice(0, node.startIndex));
      const start = node.startIndex - (before?.[0].length ?? 0);
      return { start, end: node.endIndex + (after?.[0].length ?? 0), text: node.text };
    });
}

/** The member of an object at a path such as `properties.retryPolicy`; nothing when it is not there. */
export function memberOf(value: BicepValue | undefined, path: string): BicepValue | undefined {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !('members' in found)) return undefined;
    found = found.members[name];
  }
  return found;
}

/** Names of an object's members. */
export function namesOf(value: BicepValue | undefined): string[] {
  return typeof value === 'object' && value !== null && 'members' in value
    ? Object.keys(value.members)
    : [];
}

/** The text of what only the platform can work out, or the plain text. */
export function textOf(value: BicepValue | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'expression' in value) return value.expression;
  return JSON.stringify(value) ?? '';
}

/** The plain texts in an array; others are left out. */
export function textsOf(value: BicepValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function rootOf(text: string): Node {
  // The grammar is older than extensions; the line is made a comment, at its length.
  const tree = parser.parse(text.replace(/^extension /mu, '//tension '));
  if (tree === null) throw new Error('the parser gave up');
  return tree.rootNode;
}

function errorsIn(root: Node): string[] {
  if (!root.hasError) return [];
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (node.isError || node.isMissing) found.push(`line ${node.startPosition.row + 1}`);
    for (const child of node.children) if (child) visit(child);
  };
  visit(root);
  return found;
}

function declarationOf(file: string, node: Node): Declaration {
  const [symbol, address, given] = node.namedChildren.filter((child) => child !== null);
  const [type = '', version = ''] = unquoted(address?.text ?? '').split('@');
  const loop = given?.type === 'for_statement' ? given : undefined;
  const inner = loop?.childForFieldName('body') ?? given;
  const object = inner?.type === 'if_statement' ? inner.namedChildren.at(-1) : inner;
  const over = loop?.namedChildren.at(-2)?.text;
  return {
    file,
    symbol: symbol?.text ?? '',
    type,
    version,
    isExisting: node.children.some((child) => child?.type === 'existing'),
    ...(over === undefined ? {} : { over }),
    body: objectOf(object ?? null),
    start: node.startIndex,
    end: node.endIndex,
  };
}

function parameterOf(node: Node): Parameter {
  const [name, , fallback] = node.namedChildren;
  const before = node.previousNamedSibling;
  return {
    name: name?.text ?? '',
    isSecure: before?.type === 'decorators' && before.text.includes('@secure()'),
    ...(fallback ? { fallback: valueOf(fallback) } : {}),
  };
}

function lastOf(node: Node): [string, string] {
  return [node.namedChild(0)?.text ?? '', node.namedChildren.at(-1)?.text ?? ''];
}

function valueOf(node: Node | null | undefined): BicepValue {
  if (!node) return null;
  const named = node.namedChildren.filter((child) => child !== null);
  switch (node.type) {
    case 'string':
      return named.every((child) => child.type === 'string_content')
        ? unquoted(node.text)
        : { expression: node.text };
    case 'number':
      return Number(node.text);
    case 'boolean':
      return node.text === 'true';
    case 'null':
      return null;
    case 'array':
      return named.map((child) => valueOf(child));
    case 'object':
      return objectOf(node);
    case 'call_expression':
      return {
        expression: node.text,
        args: (node.childForFieldName('arguments')?.namedChildren ?? []).map((child) =>
          valueOf(child),
        ),
      };
    default:
      return { expression: node.text };
  }
}

function objectOf(node: Node | null): BicepObject {
  const members: Record<string, BicepValue> = {};
  for (const property of node?.namedChildren ?? []) {
    if (property?.type !== 'object_property') continue;
    members[unquoted(property.namedChild(0)?.text ?? '')] = valueOf(property.namedChild(1));
  }
  return { members };
}

function unquoted(text: string): string {
  return text.replace(/^'|'$/gu, '').replaceAll(String.raw`\'`, "'");
}
