/**
 * Role: runs the log queries of infra/ over planted lines. It knows the few operators and functions of
 * Kusto that they use; anything else is an error, so that no query is tried in part.
 */

/** A line of the log, and when it was logged. */
export interface Logged {
  readonly at: number;
  readonly line: object;
}

type Value = string | number | boolean | null | Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, Value>>;
type Term = (row: Row) => Value;
type Sum = (rows: readonly Row[]) => Row;

/** Times are milliseconds; what is not there is `null`. */
const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

/** Lines that a query finds, in the column that alerts look at. */
export function foundBy(query: string, lines: readonly Logged[], now: number): number {
  const [table = '', ...steps] = query
    .replaceAll(/^\/\/.*$/gmu, '')
    .trim()
    .split(/\n\| /u);
  if (table !== 'AppTraces') throw new RangeError(table);
  let rows: readonly Row[] = lines.map(({ at, line }) => ({
    TimeGenerated: at,
    Message: JSON.stringify(line),
  }));
  for (const step of steps) rows = carriedOut(step, rows, now);
  const found = rows.length === 1 ? rows[0]?.['found'] : undefined;
  if (typeof found !== 'number') throw new RangeError('a query gives one row with a number');
  return found;
}

/** Names of the lines that a query looks for. */
export function messagesIn(query: string): string[] {
  return [...query.matchAll(/line\.message\) (?:== ('[^']*')|in \(([^)]*)\))/gu)].flatMap(
    ([, one = '', list = '']) => textsIn(one + list),
  );
}

/** Reasons that a query names. */
export function reasonsIn(query: string): string[] {
  return [...query.matchAll(/\breason in \(([^)]*)\)/gu)].flatMap(([, list = '']) => textsIn(list));
}

function textsIn(list: string): string[] {
  return [...list.matchAll(/'([^']*)'/gu)].map(([, text = '']) => text);
}

function carriedOut(step: string, rows: readonly Row[], now: number): readonly Row[] {
  const reader = readerOf(step, now);
  const operator = reader.take();
  if (operator === 'where') {
    const holds = disjunction(reader);
    reader.end();
    return rows.filter((row) => holds(row) === true);
  }
  if (operator === 'extend') {
    const columns = listed(reader, () => named(reader, disjunction));
    reader.end();
    return rows.map((row) => ({
      ...row,
      ...Object.fromEntries(columns.map(([name, valueOf]) => [name, valueOf(row)])),
    }));
  }
  if (operator === 'mv-expand') return expanded(reader, rows);
  if (operator !== 'summarize') throw new RangeError(step);
  const sums = listed(reader, () => sumOf(reader));
  const by = reader.accept('by') ? reader.take() : undefined;
  reader.end();
  const groups = by === undefined ? [rows] : [...Map.groupBy(rows, (row) => row[by]).values()];
  return groups.map((group) => ({
    ...(by === undefined ? {} : { [by]: group[0]?.[by] ?? null }),
    ...Object.fromEntries(sums.flatMap((sum) => Object.entries(sum(group)))),
  }));
}

/** A row for each element of a column that holds texts. */
function expanded(reader: Reader, rows: readonly Row[]): readonly Row[] {
  const [name, column] = named(reader, () => reader.take());
  for (const token of ['to', 'typeof', '(', 'string', ')']) reader.expect(token);
  reader.end();
  return rows.flatMap((row) =>
    Object.values(row[column] ?? {}).map((one) => ({ ...row, [name]: String(one) })),
  );
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(text: string, now: number) {
  const tokens =
    text.match(/\d{4}-\d\d-\d\d|\d+[dhm]\b|'[^']*'|mv-expand|[A-Za-z_]\w*|[=!]=|[<>+().,=]/gu) ??
    [];
  const unread = text.replaceAll(/\s/gu, '').length - tokens.join('').replaceAll(/\s/gu, '').length;
  if (unread !== 0) throw new RangeError(`not understood: ${text}`);
  let at = 0;
  function take(): string {
    const token = tokens[at];
    if (token === undefined) throw new RangeError(`ends too early: ${text}`);
    at += 1;
    return token;
  }
  function accept(token: string): boolean {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  }
  return {
    now,
    take,
    accept,
    isBefore: (token: string) => tokens[at + 1] === token,
    expect(token: string) {
      if (!accept(token)) throw new RangeError(`no ${token}: ${text}`);
    },
    end() {
      if (at !== tokens.length) throw new RangeError(`goes on: ${text}`);
    },
  };
}

function listed<T>(reader: Reader, one: () => T): T[] {
  const all = [one()];
  while (reader.accept(',')) all.push(one());
  return all;
}

function named<T>(reader: Reader, read: (reader: Reader) => T): [name: string, T] {
  const name = reader.take();
  reader.expect('=');
  return [name, read(reader)];
}

function sumOf(reader: Reader): Sum {
  if (!reader.isBefore('=')) return plainSumOf(reader);
  const [name, sum] = named(reader, plainSumOf);
  // The name is that of the first column; `arg_max` has more.
  return (rows) => {
    const [first, ...others] = Object.entries(sum(rows));
    return { [name]: first?.[1] ?? null, ...Object.fromEntries(others) };
  };
}

function plainSumOf(reader: Reader): Sum {
  const name = reader.take();
  reader.expect('(');
  if (name === 'count' && reader.accept(')')) return (rows) => ({ count: rows.length });
  if (name === 'arg_max') {
    const columns = listed(reader, () => reader.take());
    reader.expect(')');
    const [by = ''] = columns;
    return (rows) => {
      const newest = rows.toSorted((one, other) => Number(other[by]) - Number(one[by]))[0];
      return Object.fromEntries(columns.map((column) => [column, newest?.[column] ?? null]));
    };
  }
  const terms = listed(reader, () => disjunction(reader));
  reader.expect(')');
  return (rows) => ({ [name]: summed(name, terms, rows) });
}

function summed(name: string, terms: readonly Term[], rows: readonly Row[]): Value {
  const condition = terms.at(-1);
  const chosen = rows.filter((row) => condition?.(row) === true);
  if (name === 'countif' && terms.length === 1) return chosen.length;
  const values = chosen.map((row) => Number(terms[0]?.(row)));
  if (name !== 'minif' && name !== 'maxif') throw new RangeError(name);
  if (values.length === 0) return null;
  return name === 'minif' ? Math.min(...values) : Math.max(...values);
}

function disjunction(reader: Reader): Term {
  const first = conjunction(reader);
  if (!reader.accept('or')) return first;
  const rest = disjunction(reader);
  return (row) => first(row) === true || rest(row) === true;
}

function conjunction(reader: Reader): Term {
  const first = comparison(reader);
  if (!reader.accept('and')) return first;
  const rest = conjunction(reader);
  return (row) => first(row) === true && rest(row) === true;
}

function comparison(reader: Reader): Term {
  const left = addition(reader);
  if (reader.accept('==')) {
    const right = addition(reader);
    return (row) => left(row) === right(row);
  }
  if (reader.accept('!=')) {
    const right = addition(reader);
    return (row) => left(row) !== right(row);
  }
  if (reader.accept('<')) {
    const right = addition(reader);
    return (row) => {
      const values = [left(row), right(row)];
      return !values.includes(null) && Number(values[0]) < Number(values[1]);
    };
  }
  if (!reader.accept('in')) return left;
  reader.expect('(');
  const among = listed(reader, () => addition(reader));
  reader.expect(')');
  return (row) => among.some((one) => one(row) === left(row));
}

function addition(reader: Reader): Term {
  const left = term(reader);
  if (!reader.accept('+')) return left;
  const right = term(reader);
  return (row) => Number(left(row)) + Number(right(row));
}

function term(reader: Reader): Term {
  if (reader.accept('(')) {
    const inner = disjunction(reader);
    reader.expect(')');
    return inner;
  }
  const token = reader.take();
  if (token.startsWith("'")) return () => token.slice(1, -1);
  const [, count, unit = ''] = /^(\d+)([dhm])$/u.exec(token) ?? [];
  if (count !== undefined) return () => Number(count) * (units[unit] ?? Number.NaN);
  if (/^\d{4}-/u.test(token)) return () => token;
  if (reader.accept('(')) {
    const given = reader.accept(')') ? [] : listed(reader, () => disjunction(reader));
    if (given.length > 0) reader.expect(')');
    return (row) =>
      called(
        token,
        given.map((one) => one(row)),
        reader.now,
      );
  }
  if (reader.accept('.')) {
    const member = reader.take();
    return (row) => memberOf(row[token], member);
  }
  return (row) => {
    const value = row[token];
    if (value === undefined) throw new RangeError(`no column ${token}`);
    return value;
  };
}

function memberOf(value: Value | undefined, name: string): Value {
  if (typeof value !== 'object' || value === null) throw new RangeError(`no object: ${name}`);
  const found = value[name];
  return typeof found === 'string' || typeof found === 'number' ? found : null;
}

function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function called(name: string, given: readonly Value[], now: number): Value {
  const [first = null, second = null, third = null] = given;
  switch (name) {
    case 'parse_json':
      return JSON.parse(textOf(first)) as Row;
    case 'tostring':
      return textOf(first);
    case 'datetime':
    case 'todatetime': {
      const at = Date.parse(textOf(first));
      return Number.isNaN(at) ? null : at;
    }
    case 'coalesce':
      return given.find((one) => one !== null && one !== '') ?? null;
    case 'split':
      return Object.fromEntries(textOf(first).split(textOf(second)).entries());
    case 'now':
      return now;
    case 'ago':
      return now - Number(first);
    case 'isnull':
      return first === null;
    case 'isnotnull':
      return first !== null;
    case 'not':
      return first !== true;
    case 'iff':
      return first === true ? second : third;
    default:
      throw new RangeError(`no function ${name}`);
  }
}
