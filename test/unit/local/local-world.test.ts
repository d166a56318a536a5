import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/terminal.ts';
import { openLocalWorld } from '../../../src/local/local-world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-local-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('openLocalWorld()', () => {
  it.each([
    ['holds nothing', undefined, /no embedded run has kept its state there/],
    ['holds something else', '{"v":7}', /never came to be/],
    ['holds a world that was killed while it was made', '{"v":1,"seed":1}', /never came to be/],
  ])('tells of a folder that %s, and what to run', async (_, world, words) => {
    if (world !== undefined) writeFileSync(join(folder, 'world.json'), world);
    const opening = openLocalWorld({ isLocal: true, data: folder });
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(words);
    await expect(opening).rejects.toThrow(`npm start -- --data ${folder}`);
  });

  it('tells of a file that cannot be used before it starts anything', async () => {
    const opening = openLocalWorld({ isLocal: true, file: join(folder, 'no.yaml') });
    await expect(opening).rejects.toThrow(/no\.yaml: cannot be read/);
  });
});
