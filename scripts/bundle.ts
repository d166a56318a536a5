/**
 * Role: makes dist/main.mjs, the one file that is deployed, and tells whether it is out of date.
 * Used by the build command and by the start script.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { build } from 'esbuild';

/** Where the bundle begins, where it ends up, and what else it is made of; relative to `root`. */
export interface BundlePaths {
  root: string;
  entry: string;
  outfile: string;
}

/** The paths of this repository, run from its own folder. */
export const repository: BundlePaths = {
  root: process.cwd(),
  entry: 'src/functions/main.ts',
  outfile: 'dist/main.mjs',
};

/**
 * CommonJS packages in the bundle call `require`, which ESM lacks. No `__dirname` or `__filename`
 * here: a bundled package declares its own, and twice is a syntax error.
 */
const banner =
  "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);";

/** Bundles the entry; throws one plain line when there is none. */
export async function writeBundle({ root, entry, outfile }: BundlePaths): Promise<void> {
  if (!existsSync(`${root}/${entry}`)) throw new Error(`nothing to build: ${entry} is missing`);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Not on npm: the Functions worker (or our local host) provides it at run time.
    external: ['@azure/functions-core'],
    banner: { js: banner },
    define: { keeperBuild: JSON.stringify(buildOf(root)) },
    sourcemap: true,
    // Minifying renames error classes and saves nothing that matters.
    minify: false,
    logLevel: 'warning',
  });
}

/** The version with a hash of all sources: the same sources, the same name. */
function buildOf(root: string): string {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    version: string;
  };
  const hash = createHash('sha256');
  for (const path of globSync(['src/**/*.ts', 'package-lock.json'], { cwd: root }).toSorted())
    hash.update(`${path}\0`).update(readFileSync(`${root}/${path}`));
  return `${version}+${hash.digest('hex').slice(0, 12)}`;
}

/** True when there is no bundle, or a source, the lock file or a build script is newer. */
export function isStale({ root, outfile }: BundlePaths): boolean {
  if (!existsSync(`${root}/${outfile}`)) return true;
  const builtAt = statSync(`${root}/${outfile}`).mtimeMs;
  const sources = globSync(['src/**/*', 'scripts/bundle.ts', 'package-lock.json'], { cwd: root });
  return sources.some((path) => statSync(`${root}/${path}`).mtimeMs > builtAt);
}
