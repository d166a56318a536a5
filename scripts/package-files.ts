/** Role: what is deployed, file by file: nothing else gets into the package. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './zip.ts';

/** Bytes that the archive may have. A package that grows past it makes cold starts slow. */
export const packageBytes = 1_500_000;

/** The paths of all files of a package, sorted. */
export const packagePaths = [
  'dist/main.mjs',
  'dist/main.mjs.map',
  'host.json',
  'keeper.yaml',
  'package.json',
] as const;

/** The files of a package, with the bundle that is in this file. */
export function packageFiles(root: string, bundle: string): Files {
  const folder = dirname(bundle);
  return {
    'dist/main.mjs': readFileSync(bundle),
    'dist/main.mjs.map': readFileSync(join(folder, 'main.mjs.map')),
    'host.json': readFileSync(join(root, 'host.json')),
    'keeper.yaml': readFileSync(join(root, 'keeper.yaml')),
    'package.json': Buffer.from(manifest(readFileSync(join(root, 'package.json'), 'utf8'))),
  };
}

/** Only what the worker reads; no dependency that a build in the cloud might want to install. */
function manifest(text: string): string {
  const { name, version, license, type, main, engines } = JSON.parse(text) as Record<
    string,
    unknown
  >;
  const kept = { name, version, private: true, license, type, main, engines };
  return `${JSON.stringify(kept, null, 2)}\n`;
}
