/**
 * Role: finds what this house does without: default exports, enums, mocked modules, tests switched
 * off or singled out, and unfinished notes.
 */
import { type Expression, Visitor } from 'oxc-parser';
import { type SourceModule, lineAt, parse } from './source-module.ts';

const testFunctions: ReadonlySet<string> = new Set(['bench', 'describe', 'it', 'suite', 'test']);
const mockers: ReadonlySet<string> = new Set(['doMock', 'mock']);

// Put together here, so that this file does not contain the words it forbids.
const noteWords = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
].map((halves) => halves.join(''));
const unfinishedNote = new RegExp(`\\b(?:${noteWords.join('|')})\\b`, 'gu');

/** Each break of a house rule in a module, with its line. */
export function houseRuleBreaks(module: SourceModule): string[] {
  return [...syntaxBreaks(module), ...noteBreaks(module)].map(
    ({ offset, wrong }) => `${module.path}:${lineAt(module.text, offset)}: ${wrong}`,
  );
}

/** A break and where it stands. */
interface Break {
  offset: number;
  wrong: string;
}

function syntaxBreaks(module: SourceModule): Break[] {
  const found: Break[] = [];
  new Visitor({
    ExportDefaultDeclaration({ start }) {
      found.push({ offset: start, wrong: 'default export' });
    },
    ExportSpecifier({ exported, start }) {
      const name = exported.type === 'Literal' ? exported.value : exported.name;
      if (name === 'default') found.push({ offset: start, wrong: 'default export' });
    },
    TSEnumDeclaration({ start }) {
      found.push({ offset: start, wrong: 'enum' });
    },
    MemberExpression(expression) {
      const { object, property, start } = expression;
      if (property.type !== 'Identifier') return;
      const root = rootName(object);
      if (root === undefined) return;
      if (root === 'vi' && mockers.has(property.name)) {
        found.push({ offset: start, wrong: 'mocked module' });
      }
      if (testFunctions.has(root) && property.name === 'only') {
        found.push({ offset: start, wrong: 'test singled out' });
      }
      if (testFunctions.has(root) && property.name === 'skip') {
        found.push({ offset: start, wrong: 'test switched off' });
      }
    },
  }).visit(parse(module));
  return found;
}

function noteBreaks({ text }: SourceModule): Break[] {
  return [...text.matchAll(unfinishedNote)].map(({ index }) => ({
    offset: index,
    wrong: 'unfinished note',
  }));
}

/** The first name of a chain: `it` for `it.concurrent`. */
function rootName(expression: Expression): string | undefined {
  if (expression.type === 'Identifier') return expression.name;
  if (expression.type === 'MemberExpression') return rootName(expression.object);
  return undefined;
}
