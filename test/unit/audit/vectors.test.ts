/** Role: the vectors get the verdicts that lie beside them, and are what they are said to be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keysAmong } from '../../../src/audit/key-file.ts';
import { checkReceipt } from '../../../src/audit/receipt.ts';
import { reviewLog } from '../../../src/audit/review.ts';
import { folderFiles } from '../../../src/cli/log-folder.ts';
import { filesOf, vectorPartLines, vectors } from '../../vectors/audit-logs.ts';
import { expectedOf, findingsOf, vectorsFolder } from '../../vectors/make-audit.ts';

/** The verdict that lies beside a vector. */
function expectedFor(name: string): unknown {
  return JSON.parse(readFileSync(join(vectorsFolder, name, 'expected.json'), 'utf8'));
}

/** All that a key has no part in: chains, heads, and what was signed. */
function made(name: string, text: string): string | undefined {
  if (name.startsWith('keys/')) return undefined;
  return name.endsWith('.jws') ? text.replace(/\.[^.]*$/, '') : text;
}

describe('the folder with vectors', () => {
  it('has each of them, and no other', () => {
    expect(readdirSync(vectorsFolder).toSorted()).toEqual(Object.keys(vectors).toSorted());
  });
});

describe.each(Object.entries(vectors))('the vector %s', (name, vector) => {
  it('gets its verdict', async () => {
    const files = { ...folderFiles(join(vectorsFolder, name)), partLines: vectorPartLines };
    const verdict = await reviewLog({ files, keyOf: keysAmong(files) });
    if (!verdict.ok) throw new Error(verdict.fault.kind);
    expect(expectedOf(verdict.value)).toEqual(expectedFor(name));
    expect(findingsOf(verdict.value).toSorted()).toEqual(vector.finds.toSorted());
    const isSound = vector.finds.every((one) => one.endsWith('not-published'));
    expect(verdict.value.ok).toBe(isSound);
  });

  it('is what would be made today, but for its key', async () => {
    const log = await filesOf(vector);
    for (const [file, bytes] of log.bytes) {
      const stored = readFileSync(join(vectorsFolder, name, file));
      // As texts only where they are: one vector is none.
      expect(made(file, stored.toString('latin1')), file).toBe(
        made(file, bytes.toString('latin1')),
      );
    }
  });
});

describe('the receipt beside the good log', () => {
  it('holds', () => {
    const text = readFileSync(join(vectorsFolder, 'good/receipt.json'), 'utf8');
    expect(checkReceipt(text, [])).toMatchObject({
      ok: true,
      registration: 'calendar',
      keyId: 'k2',
    });
  });
});
