/**
 * Reads the text of a file as YAML 1.2: a value, and the place of each part of it. It admits less
 * than YAML does: one document of bounded size, keys that are text, no aliases (so that a value has
 * one place, and a few lines cannot stand for a billion) and no tags. It knows nothing of Keeper.
 */
import {
  Lexer,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
} from 'yaml';
import { type FileError, type Path, pathText, printable } from './finding.ts';

/** The largest file that is read, in bytes. */
export const fileBytes = 1024 * 1024;

/** A place in the text, counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file as read. */
export interface ReadDocument {
  /** What is wrong with the YAML itself. */
  readonly errors: readonly FileError[];
  /** The value; absent when the errors leave none that is worth checking. */
  readonly value?: { readonly json: unknown };
  /** Where a part sits. For a missing part: the nearest part around it. */
  readonly locate: (path: Path, at: 'key' | 'value') => Place;
}

/** Reads a text. Never throws. */
export function readDocument(text: string): ReadDocument {
  if (Buffer.byteLength(text) > fileBytes) return tooLarge();
  const lineStarts = lineStartsOf(text);
  const deepAt = tooDeepAt(text);
  if (deepAt !== undefined) {
    const place = placeAt(lineStarts, deepAt);
    return { errors: [{ ...place, path: '', ...tooDeep }], locate: () => place };
  }
  const document = parseDocument(text, {
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    // Doubled keys are reported with their path, below.
    uniqueKeys: false,
  });

  const pairsOf = indexedPairs();
  function locate(path: Path, at: 'key' | 'value'): Place {
    return placeAt(lineStarts, offsetOf(document.contents, path, at, pairsOf));
  }

  const broken = [...document.errors, ...document.warnings];
  // A broken tree would only yield errors about its own ruins.
  if (broken.length > 0) {
    const errors = broken.map((error) => ({
      ...placeAt(lineStarts, error.pos[0]),
      ...syntaxError(error),
    }));
    return { errors, locate };
  }

  const refused: Refusal[] = [];
  refuse(document.contents, [], refused);
  const errors = refused.map(({ node, path, message, instead }) => {
    return { ...placeAt(lineStarts, startOf(node) ?? 0), path: pathText(path), message, instead };
  });
  if (refused.some(({ breaks }) => breaks)) return { errors, locate };
  return { errors, locate, value: { json: document.toJS() as unknown } };
}

/**
 * Where each line begins. The library's own counter is told of lines by its parser, and misses those
 * that the parser skips as it recovers from a broken flow collection.
 */
function lineStartsOf(text: string): number[] {
  return [0, ...text.matchAll(/\n/g).map(({ index }) => index + 1)];
}

/** The last line that begins at or before an offset. Halves its way, for files full of errors. */
function placeAt(lineStarts: readonly number[], offset: number): Place {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - lineStarts[low]! + 1 };
}

/** Collections inside one another that are read; the deepest that has a meaning is the eighth. */
const levels = 64;

const tooDeep = {
  message: 'the file is nested too deeply',
  instead: 'write at most the levels that the example shows',
} as const;

/**
 * Where the text goes too deep. The library would go on until the stack of this process is used up,
 * and give up at another place each time.
 */
function tooDeepAt(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    // Only the parser's place in the text is of interest, not what it hands out.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > levels) return Math.min(parser.offset, text.length);
  }
  return undefined;
}

function tooLarge(): ReadDocument {
  const start = { line: 1, column: 1 };
  const error = {
    ...start,
    path: '',
    message: `the file is larger than ${fileBytes / 1024 / 1024} MiB`,
    instead: 'write what is wanted and nothing else',
  };
  return { errors: [error], locate: () => start };
}

type Words = Pick<FileError, 'path' | 'message' | 'instead'>;

/** Something refused. It `breaks` the value if what follows cannot be judged without it. */
interface Refusal {
  readonly node: unknown;
  readonly path: Path;
  readonly breaks: boolean;
  readonly message: string;
  readonly instead: string;
}

const syntaxWords: Readonly<Record<string, Omit<Words, 'path'>>> = {
  MULTIPLE_DOCS: {
    message: 'a second document begins here',
    instead: 'write one document, without further `---` lines',
  },
  TAB_AS_INDENT: { message: 'a tab is no indentation', instead: 'write spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'the file uses a tag (`!name`)',
    instead: 'write the plain value, in quotes where it begins with `!`',
  },
};

function syntaxError({ code, message }: YAMLError): Words {
  const words = syntaxWords[code] ?? {
    message: `not readable as YAML: ${printable(message.split('\n', 1)[0]!)}`,
    instead: 'check indentation, colons and quotes here and on the line before',
  };
  return { path: '', ...words };
}

/** What YAML allows and this file does not. Collects into `refused`, from top to bottom. */
function refuse(node: unknown, path: Path, refused: Refusal[]): void {
  if (isAlias(node)) {
    const message = `the file uses an alias (\`*${printable(node.source)}\`)`;
    refused.push({ node, path, breaks: true, message, instead: 'write the value out' });
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) refuse(item, [...path, index], refused);
  } else if (isMap(node)) {
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const name = textOf(key);
      if (name === undefined) {
        const message = 'the key is no text';
        refused.push({ node: key, path, breaks: true, message, instead: 'put it in quotes' });
        continue;
      }
      const inside = [...path, name];
      if (keys.has(name)) {
        const message = 'stands here a second time';
        const instead = 'keep one of the two';
        refused.push({ node: key, path: inside, breaks: false, message, instead });
      }
      keys.add(name);
      refuse(value, inside, refused);
    }
  }
}

function textOf(key: unknown): string | undefined {
  return isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
}

type Pairs = ReadonlyMap<string, Pair>;

/** Looks pairs up by key; of a doubled key, the last one counts. Each map is indexed once. */
function indexedPairs(): (map: YAMLMap) => Pairs {
  const indexes = new WeakMap<YAMLMap, Pairs>();
  return (map) => {
    const known = indexes.get(map);
    if (known !== undefined) return known;
    const pairs = new Map(map.items.map((pair) => [textOf(pair.key) ?? '', pair]));
    indexes.set(map, pairs);
    return pairs;
  };
}

/** Where a part begins. Walks as far as the path leads. */
function offsetOf(
  contents: unknown,
  path: Path,
  at: 'key' | 'value',
  pairsOf: (map: YAMLMap) => Pairs,
): number {
  let node = contents;
  let offset = 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(part));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
      const wantsKey = at === 'key' && depth === path.length - 1;
      // The key stands for a value left empty, and for one that begins on the next line.
      const keyStands =
        (isScalar(node) && node.value === null) || (isCollection(node) && !node.flow);
      if (!wantsKey && !keyStands) offset = startOf(node) ?? offset;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
