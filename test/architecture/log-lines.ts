/**
 * Role: every line that the product logs, read from the sources: its level, its message, the names of
 * its fields; and what is wrong with one whose message is put together at run time.
 */
import { type Argument, type CallExpression, type Expression, Visitor } from 'oxc-parser';
import { type SourceModule, lineAt, parse } from './source-module.ts';

/** One place that logs. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  /** Names written at the call; those that a spread brings in are not among them. */
  readonly fields: readonly string[];
  /** Where, for people. */
  readonly where: string;
}

export interface LogLines {
  readonly lines: readonly LogLine[];
  /** Calls whose message is not one text, or whose fields are not written where they are logged. */
  readonly faults: readonly string[];
}

const levels: ReadonlySet<string> = new Set(['info', 'warn', 'error']);

/** All lines of these modules. */
export function logLinesOf(modules: readonly SourceModule[]): LogLines {
  const lines: LogLine[] = [];
  const faults: string[] = [];
  for (const module of modules) {
    const constants = constantsOf(module);
    new Visitor({
      CallExpression(call) {
        const level = levelOf(call);
        if (level === undefined) return;
        const where = `${module.path}:${lineAt(module.text, call.start)}`;
        const [message, fields] = call.arguments;
        const messages = textsOf(message, constants);
        if (messages.length === 0) faults.push(`${where}: the message is not a text`);
        for (const text of messages)
          lines.push({ level, message: text, fields: namesIn(fields), where });
      },
    }).visit(parse(module));
  }
  return { lines, faults };
}

/** The level of a call such as `world.log.warn(…)`; undefined for any other call. */
function levelOf({ callee }: CallExpression): string | undefined {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  const { object, property } = callee;
  const isLog =
    (object.type === 'Identifier' && object.name === 'log') ||
    (object.type === 'MemberExpression' &&
      object.property.type === 'Identifier' &&
      object.property.name === 'log');
  return isLog && levels.has(property.name) ? property.name : undefined;
}

/** Names that a module gives to one text, and to nothing else. */
function constantsOf(module: SourceModule): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const others = new Set<string>();
  new Visitor({
    VariableDeclaration({ kind, declarations }) {
      for (const { id, init } of declarations) {
        if (id.type !== 'Identifier') continue;
        const text = kind === 'const' && init?.type === 'Literal' ? init.value : undefined;
        if (typeof text !== 'string' || texts.has(id.name)) others.add(id.name);
        else texts.set(id.name, text);
      }
    },
  }).visit(parse(module));
  return new Map([...texts].filter(([name]) => !others.has(name)));
}

/** The text, or either of two between which a condition chooses; none for anything else. */
function textsOf(
  value: Argument | undefined,
  constants: ReadonlyMap<string, string>,
): readonly string[] {
  if (value?.type === 'Literal') return typeof value.value === 'string' ? [value.value] : [];
  if (value?.type === 'Identifier') return [constants.get(value.name) ?? []].flat();
  if (value?.type !== 'ConditionalExpression') return [];
  const one = textsOf(value.consequent, constants);
  const other = textsOf(value.alternate, constants);
  return one.length === 0 || other.length === 0 ? [] : [...one, ...other];
}

/** Names of an object's members, also of those in objects that are spread into it. */
function namesIn(value: Argument | undefined): string[] {
  if (value?.type !== 'ObjectExpression') return [];
  return value.properties.flatMap((member) => {
    if (member.type === 'SpreadElement') return spreadNames(member.argument);
    return member.key.type === 'Identifier' ? [member.key.name] : [];
  });
}

/** `...(x ? { a } : {})` may bring in `a`. */
function spreadNames(value: Expression): string[] {
  if (value.type === 'ParenthesizedExpression') return spreadNames(value.expression);
  if (value.type !== 'ConditionalExpression') return namesIn(value);
  return [...spreadNames(value.consequent), ...spreadNames(value.alternate)];
}
