import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journaledLines, openJournal } from '../../../src/local/journal.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-journal-'));
  path = join(folder, 'cloud.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(...lines: readonly string[]): void {
  const journal = openJournal(path, undefined);
  for (const line of lines) journal.append(line);
  journal.close();
}

describe('openJournal()', () => {
  it('goes on where an earlier one ended', () => {
    write('one', 'two');
    write('three');
    expect(journaledLines(path)).toEqual(['one', 'two', 'three']);
  });

  it('takes back a line that was cut off, so that the next one is not lost with it', () => {
    write('one');
    appendFileSync(path, '{"kind":"requ');
    expect(journaledLines(path)).toEqual(['one']);
    write('two');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('takes back a journal that is nothing but a cut line', () => {
    appendFileSync(path, '{"ki');
    write('one');
    expect(journaledLines(path)).toEqual(['one']);
  });
});

describe('journaledLines()', () => {
  it('has none where there is no journal', () => {
    expect(journaledLines(path)).toEqual([]);
  });
});
