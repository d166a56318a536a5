/** Packages for tests: the repository's own, made in a temporary folder, and small apps. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { writeArchive, type Archive } from '../../scripts/make-package.ts';

const root = resolve(import.meta.dirname, '../..');

/** An archive, its path, and a folder with the same files. */
export interface Packed extends Archive {
  readonly path: string;
  readonly folder: string;
}

/** A folder outside of the repository, so that nothing is found above it; gone when it is disposed of. */
export function outside(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'keeper-package-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Packs the repository's package in a folder; the bundle in `dist` is left alone. */
export async function packIn(place: string): Promise<Packed> {
  const path = join(place, 'keeper.zip');
  const folder = join(place, 'unpacked');
  const outfile = join(place, 'dist/main.mjs');
  const bundle = { root, entry: 'src/functions/main.ts', outfile };
  return { ...(await writeArchive({ bundle, archive: path, folder })), path, folder };
}

/** Writes an app whose entry point is this text. */
export function appIn(place: string, text: string): string {
  const files = {
    'package.json': JSON.stringify({ type: 'module', main: 'dist/main.mjs' }),
    'dist/main.mjs': text,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), content);
  }
  return place;
}
