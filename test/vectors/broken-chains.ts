/** Role: vectors whose chains are not what Keeper wrote, or not what was signed. */
import { chainFile } from '../../src/audit/files.ts';
import { chainPen, forgedLine, rotation, type MemoryLog } from '../support/audit-log.ts';
import { checkpoint, edit, linesOf, something, somethingElse, type Vector } from './workshop.ts';

/** A line with some members changed, and a hash that is right again. */
function forge(line: string, changes: Readonly<Record<string, unknown>>): string {
  const { hash: _hash, ...members } = JSON.parse(line) as Record<string, unknown>;
  return forgedLine({ ...members, ...changes });
}

function nested(levels: number): unknown {
  return levels === 0 ? [] : [nested(levels - 1)];
}

/** By the name of a chain: its defect, and how its second line, of three, came to have it. */
const defects: Readonly<Record<string, readonly [string, (line: string) => string | Buffer]>> = {
  'too-long': ['too-long', (line) => forge(line, { more: 'x'.repeat(16_384) })],
  'too-long-in-bytes': ['too-long', (line) => forge(line, { more: 'é'.repeat(8_192) })],
  'byte-order-mark': ['not-json', (line) => `\u{feff}${line}`],
  'half-a-pair': ['wrong-shape', (line) => forge(line, { more: 'a\ud800' })],
  'half-a-pair-in-a-name': ['wrong-shape', (line) => forge(line, { 'a\udc00': 1 })],
  'no-json': ['not-json', (line) => line.replace('}', '')],
  'two-in-one': ['not-json', (line) => line.replace('\n', ' ') + line],
  'empty-line': ['not-json', () => '\n'],
  'no-utf8': [
    'not-json',
    (line) => {
      const bytes = Buffer.from(line);
      bytes[bytes.indexOf('secret-known')] = 0xe9;
      return bytes;
    },
  ],
  'a-list': ['wrong-shape', () => '[]\n'],
  'a-number': ['wrong-shape', () => '42\n'],
  'too-deep': ['wrong-shape', (line) => forge(line, { more: nested(11) })],
  'no-finite-number': ['wrong-shape', (line) => line.replace('{', '{"a":1e400,')],
  'no-version': ['wrong-shape', (line) => forge(line, { v: undefined })],
  'version-as-text': ['wrong-shape', (line) => forge(line, { v: '2' })],
  'of-version-0': ['wrong-shape', (line) => forge(line, { v: 0 })],
  'of-version-2': ['newer-format', (line) => forge(line, { v: 2, kind: 'from-the-future' })],
  'number-left-out': ['wrong-number', (line) => forge(line, { seq: 3 })],
  'number-as-text': ['wrong-number', (line) => forge(line, { seq: '2' })],
  'other-link': ['broken-link', (line) => forge(line, { prev: 'f'.repeat(64) })],
  'no-link': ['broken-link', (line) => forge(line, { prev: undefined })],
  'changed-member': ['wrong-hash', (line) => line.replace('secret-known', 'secret-knowm')],
  'no-hash': ['wrong-hash', (line) => line.replace(/"hash":"[0-9a-f]+",/, '')],
  'hash-in-capitals': [
    'wrong-hash',
    (line) => line.replace(/[0-9a-f]{64}/, (hash) => hash.toUpperCase()),
  ],
  'with-a-blank': ['not-canonical', (line) => line.replace('{', '{ ')],
  'member-twice': ['not-canonical', (line) => line.replace('{', '{"seq":2,')],
  'needless-escape': ['not-canonical', (line) => line.replace('t-k', String.raw`t\u002dk`)],
  'number-with-fraction': ['not-canonical', (line) => line.replace('"seq":2', '"seq":2.0')],
  'unknown-kind': ['wrong-shape', (line) => forge(line, { kind: 'gossip' })],
  'lacks-a-member': ['wrong-shape', (line) => forge(line, { kind: 'proof' })],
  'no-instant': ['wrong-shape', (line) => forge(line, { more: { endAt: 'soon' } })],
  'instant-as-number': [
    'wrong-shape',
    (line) => forge(line, { more: [{ endAt: 1_800_000_000_000 }] }),
  ],
};

/** Chains of three lines, the last two of which are gone: the second for its defect. */
const lines: Vector = {
  finds: Object.entries(defects).map(([name, [defect]]) => `${name}:2 ${defect}`),
  make({ log }) {
    for (const [name, [, change]] of Object.entries(defects)) {
      chainPen(log, name).write(something, something, something);
      const [first = '', second = '', third = ''] = linesOf(log.text(chainFile(name, 1)));
      const bytes = [Buffer.from(first), Buffer.from(change(second)), Buffer.from(third)];
      log.put(chainFile(name, 1), Buffer.concat(bytes));
    }
  },
};

/** Takes the lines of a chain's first part away from one on. */
function cut(log: MemoryLog, name: string, from: number): void {
  edit(log, chainFile(name, 1), (text) => linesOf(text).slice(0, from).join(''));
}

/** Writes a chain with these entries, whatever was there. */
function writeAnew(log: MemoryLog, name: string, bodies: readonly (typeof something)[]): void {
  log.bytes.delete(chainFile(name, 1));
  chainPen(log, name).write(...bodies);
}

/** Chains that end somewhere between parts. */
const parts: Vector = {
  finds: [
    'cut-off:5 cut-off',
    'cut-off-in-first:3 cut-off',
    'empty-between:3 early-part',
    'first-missing:1 missing',
    'second-changed:4 wrong-hash',
    'second-missing:3 missing',
    'second-without-first:3 wrong-number',
    'swapped:1 wrong-number',
  ],
  make({ log }) {
    for (const name of [
      'cut-off',
      'cut-off-in-first',
      'empty-between',
      'first-missing',
      'second-changed',
      'second-missing',
      'second-without-first',
      'swapped',
    ]) {
      const pen = chainPen(log, name);
      pen.write(something, something);
      pen.nextPart();
      pen.write(something, something);
    }
    const part = (name: string, number: number): string => log.text(chainFile(name, number));
    edit(log, 'audit/cut-off/2.jsonl', (text) => `${text}{"at":"2026`);
    edit(log, 'audit/cut-off-in-first/1.jsonl', (text) => `${text}{"at":"2026`);
    log.put('audit/empty-between/3.jsonl', part('empty-between', 2));
    log.put('audit/empty-between/2.jsonl', '');
    log.bytes.delete('audit/first-missing/1.jsonl');
    edit(log, 'audit/second-changed/2.jsonl', (text) => {
      const [first = '', second = ''] = linesOf(text);
      return first + second.replace('secret-known', 'secret-knowm');
    });
    log.put('audit/second-missing/3.jsonl', part('second-missing', 2));
    log.bytes.delete('audit/second-missing/2.jsonl');
    edit(log, 'audit/second-without-first/2.jsonl', (text) => linesOf(text).slice(1).join(''));
    const first = part('swapped', 1);
    log.put('audit/swapped/1.jsonl', part('swapped', 2));
    log.put('audit/swapped/2.jsonl', first);
  },
};

/** Chains whose second part begins before the first is full, and one whose second is only there. */
const earlyParts: Vector = {
  finds: ['forged:2 early-part', 'forged-and-cut-off:2 early-part', 'signed-before:4 early-part'],
  async make(workshop) {
    const { log } = workshop;
    for (const name of ['forged', 'forged-and-cut-off', 'only-there']) {
      const pen = chainPen(log, name);
      pen.write(something);
      pen.nextPart();
      if (name === 'forged') pen.write(something, something);
    }
    log.put(chainFile('forged-and-cut-off', 2), '{"at":"2026');
    log.put(chainFile('only-there', 2), '');
    const signed = chainPen(log, 'signed-before');
    signed.write(something, something);
    signed.nextPart();
    signed.write(something);
    signed.nextPart();
    await checkpoint(workshop, 1);
    signed.write(something);
    await checkpoint(workshop, 2);
  },
};

/** Chains of two lines at the first checkpoint and four at the second, and what was done to them. */
const tampered: Vector = {
  finds: [
    'changed:3 wrong-hash',
    'changed behind 2 4',
    'cut behind 2 4',
    'cut-in-first behind 1 2',
    'cut-in-first behind 2 4',
    'deleted behind 1 2',
    'deleted behind 2 4',
    'inserted other 2 4',
    'rewritten other 1 2',
    'rewritten other 2 4',
    'rewritten-behind-the-first other 2 4',
    'rewritten-shorter other 1 2',
    'rewritten-shorter behind 2 4',
    'rolled-back behind 2 4',
    'swapped:3 wrong-number',
    'swapped behind 2 4',
  ],
  async make(workshop) {
    const { log } = workshop;
    const names = [
      'appended',
      'changed',
      'cut',
      'cut-in-first',
      'deleted',
      'inserted',
      'rewritten',
      'rewritten-behind-the-first',
      'rewritten-shorter',
      'rolled-back',
      'swapped',
      'untouched',
    ];
    const pens = names.map((name) => chainPen(log, name));
    for (const pen of pens) pen.write(something, something);
    await checkpoint(workshop, 1);
    for (const pen of pens) pen.write(something, something);
    await checkpoint(workshop, 2);
    pens[0]?.write(somethingElse, somethingElse);
    edit(log, chainFile('changed', 1), (text) => {
      const before = linesOf(text);
      return before.with(2, (before[2] ?? '').replace('secret-known', 'secret-knowm')).join('');
    });
    cut(log, 'cut', 3);
    cut(log, 'cut-in-first', 1);
    log.bytes.delete(chainFile('deleted', 1));
    writeAnew(log, 'inserted', [something, something, somethingElse, something, something]);
    writeAnew(log, 'rewritten', [somethingElse, something, something, something]);
    const behind = [something, something, somethingElse, something, something];
    writeAnew(log, 'rewritten-behind-the-first', behind);
    writeAnew(log, 'rewritten-shorter', [somethingElse, something]);
    cut(log, 'rolled-back', 2);
    edit(log, chainFile('swapped', 1), (text) => {
      const before = linesOf(text);
      return before
        .with(2, before[3] ?? '')
        .with(3, before[2] ?? '')
        .join('');
    });
  },
};

/** What Keeper found broken or gone when it made the last checkpoint. */
const noted: Vector = {
  finds: ['cut-off:3 cut-off', 'lied-to:3 not-json', 'missing behind 2 1', 'shorter behind 2 2'],
  async make(workshop) {
    const { log } = workshop;
    for (const name of ['cut-off', 'lied-to', 'shorter'])
      chainPen(log, name).write(something, something);
    chainPen(log, 'missing').write(...rotation('k1').slice(0, 1));
    await checkpoint(workshop, 1);
    edit(log, chainFile('cut-off', 1), (text) => `${text}{"v"`);
    edit(log, chainFile('lied-to', 1), (text) => `${text}no line\n`);
    log.bytes.delete(chainFile('missing', 1));
    cut(log, 'shorter', 1);
    await checkpoint(workshop, 2);
  },
};

export const brokenChains: Readonly<Record<string, Vector>> = {
  'broken-lines': lines,
  'broken-parts': parts,
  'early-parts': earlyParts,
  'tampered-chains': tampered,
  'noted-in-heads': noted,
};
