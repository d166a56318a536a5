/**
 * Role: makes dist/main.mjs, the code that is deployed, with its source map, and tells whether they
 * are out of date. Used by the commands that build and package, by the start script, and by tests.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { ownSourceMap } from './own-source-map.ts';

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

/** What stays outside of the bundle. */
const external: readonly string[] = [
  // Not on npm: the Functions worker (or our local host) provides it at run time.
  '@azure/functions-core',
  // The storage library loads it when a listing is asked for in Arrow format, which Keeper never does.
  'apache-arrow',
  // Asked for only where it happens to be installed, and here it is by a tool of development.
  'supports-color',
];

/** The schema library carries its messages in fifty languages; its own are English by default. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundling) {
    bundling.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/**
 * Bundles the entry; throws one plain line when there is none. `name` is what the build calls itself,
 * in place of version and sources. Returns what the bundle is made of.
 */
export async function writeBundle(
  { root, entry, outfile }: BundlePaths,
  name?: string,
): Promise<Metafile> {
  if (!existsSync(`${root}/${entry}`)) throw new Error(`nothing to build: ${entry} is missing`);
  const target = resolve(root, outfile);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: target,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: [...external],
    plugins: [englishOnly],
    banner: { js: banner },
    define: { keeperBuild: JSON.stringify(name ?? buildOf(root)) },
    sourcemap: true,
    sourcesContent: false,
    // Names stay: errors are told apart by theirs, and a stack trace is read without its map.
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(dirname(target), { recursive: true });
  for (const { path, text } of outputFiles) {
    const isMap = path.endsWith('.map');
    writeFileSync(path, isMap ? ownSourceMap(text, { root, folder: dirname(path) }) : text);
  }
  return metafile;
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
  if (!existsSync(join(root, outfile))) return true;
  const builtAt = statSync(join(root, outfile)).mtimeMs;
  const makers = ['scripts/bundle.ts', 'scripts/own-source-map.ts', 'package-lock.json'];
  const sources = globSync(['src/**/*', ...makers], { cwd: root });
  return sources.some((path) => statSync(join(root, path)).mtimeMs > builtAt);
}
