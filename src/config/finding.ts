/**
 * What is found wrong in `keeper.yaml`: where, what, and what to write instead. Rules speak of
 * paths; lines and columns are looked up once, at the end.
 */

/** Where a value sits in the file: keys and list positions from the top. */
export type Path = readonly (string | number)[];

/** A finding of a rule, before its place in the text is looked up. */
export interface Finding {
  readonly path: Path;
  /** Whether the finding is about the key or about what stands behind it. */
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly instead: string;
}

/** One thing wrong in the file, with its place (counted from 1). */
export interface FileError {
  readonly line: number;
  readonly column: number;
  /** As a person writes it: `registrations.calendar.connectors[0].tenant`; empty for the file. */
  readonly path: string;
  readonly message: string;
  /** What to write, so that the error goes away. */
  readonly instead: string;
}

/** Something that no vendor refuses, yet seldom is what was meant. Same shape, no error. */
export type FileNote = FileError;

/** A finding about a value. */
export function atValue(path: Path, message: string, instead: string): Finding {
  return { path, at: 'value', message, instead };
}

/** A finding about a key. */
export function atKey(path: Path, message: string, instead: string): Finding {
  return { path, at: 'key', message, instead };
}

/** A path as text. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? printable(part) : `.${printable(part)}`;
  }
  return text;
}

/** A value of the file in a message: in quotes, cut, and unable to move the cursor of a terminal. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value)}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return value === null || value === undefined ? 'nothing' : 'a map';
}

const quotedChars = 60;

/** Text of the file, safe to print: cut, and without control or direction characters. */
export function printable(text: string): string {
  const cut = text.length <= quotedChars ? text : `${text.slice(0, quotedChars - 1)}…`;
  return cut.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}

/** By position, then by path: the order in which a person goes through the file. */
export function byPosition(a: FileError, b: FileError): number {
  return a.line - b.line || a.column - b.column || compareText(a.path, b.path);
}

/** Orders text by code units, the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** One line for each error (or note), in the form that editors make clickable. */
export function describeErrors(file: string, errors: readonly FileError[]): string {
  return errors.map((error) => describeError(file, error)).join('\n');
}

function describeError(file: string, { line, column, path, message, instead }: FileError): string {
  const place = path === '' ? `${file}:${line}:${column}` : `${file}:${line}:${column} ${path}:`;
  return `${place} ${message}; ${instead}`;
}
