/** Role: the package that is deployed: what is in it, its size, its bytes. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectedFunctions } from '../../scripts/expected-functions.ts';
import { faultsOf } from '../../scripts/make-package.ts';
import { packageBytes } from '../../scripts/package-files.ts';
import { listZip } from '../../scripts/zip.ts';
import { outside, packIn, type Packed } from '../support/package-bench.ts';
import { zipHeaders } from '../support/zip-headers.ts';

// Bundles are made: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const place = outside();
const again = outside();
let made: Packed;
let madeAgain: Packed;

beforeAll(async () => {
  // At the same time, so that nobody's edit comes between them.
  [made, madeAgain] = await Promise.all([packIn(place.path), packIn(again.path)]);
});

afterAll(() => {
  place[Symbol.dispose]();
  again[Symbol.dispose]();
});

/** What a package has, in its own order. */
const paths = ['dist/main.mjs', 'dist/main.mjs.map', 'host.json', 'keeper.yaml', 'package.json'];

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the package', () => {
  it('holds the bundle with its map, host.json, keeper.yaml and package.json, and nothing else', () => {
    expect(listZip(made.bytes).map(({ path }) => path)).toEqual(paths);
    for (const path of ['host.json', 'keeper.yaml']) {
      expect(readFileSync(join(made.folder, path))).toEqual(readFileSync(path));
    }
  });

  it('has under 1.5 MB', () => {
    expect(readFileSync(made.path).length).toBe(made.bytes.length);
    expect(made.bytes.length).toBeLessThan(1_500_000);
    expect(packageBytes).toBe(1_500_000);
  });

  it('is made byte for byte the same a second time', () => {
    expect(sha256(readFileSync(madeAgain.path))).toBe(sha256(made.bytes));
  });

  it('says nothing of when, where and by whom it was made', () => {
    const headers = zipHeaders(readFileSync(made.path));
    expect(headers.map(({ path }) => path)).toEqual(paths);
    const told = headers.map((header) => JSON.stringify({ ...header, path: undefined }));
    const [first = '{}'] = new Set(told);
    expect(new Set(told).size).toBe(1);
    // The first of January 1980 at noon; 2.0 of the format; no system, no attributes, nothing added.
    expect(JSON.parse(first)).toEqual({
      madeBy: 20,
      time: 12 << 11,
      date: (1 << 5) | 1,
      extraBytes: 0,
      commentBytes: 0,
      attributes: 0,
    });
  });

  it('has the same date wherever it is made', () => {
    const program = `
      import { zip } from './scripts/zip.ts';
      console.log(Buffer.from(zip({ b: Buffer.from('b'), a: Buffer.from('a') })).toString('base64'));
    `;
    const [one, other] = ['Pacific/Apia', 'America/New_York'].map((zone) =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        env: { TZ: zone },
      }),
    );
    expect(one?.status, one?.stderr).toBe(0);
    expect(one?.stdout).toBe(other?.stdout);
  });

  it('tells Functions where it starts, and names no dependency to install', () => {
    const text = readFileSync(join(made.folder, 'package.json'), 'utf8');
    const { version, engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      version: string;
      engines: object;
    };
    expect(JSON.parse(text)).toEqual({
      name: 'keeper',
      version,
      private: true,
      license: 'MIT',
      type: 'module',
      main: 'dist/main.mjs',
      engines,
    });
  });

  it('is what a tool uploads that goes by .funcignore', () => {
    using folder = outside();
    const files = [
      ...paths,
      'dist/keeper.zip',
      'dist/other.mjs',
      'node_modules/undici/index.js',
      'src/live.ts',
      'local.settings.json',
    ];
    for (const path of files) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      writeFileSync(join(folder.path, path), '');
    }
    const ignored = join(process.cwd(), '.funcignore');
    const git = (...args: readonly string[]): string =>
      spawnSync('git', args, { cwd: folder.path, encoding: 'utf8' }).stdout;
    git('init', '--quiet');
    const listed = git('ls-files', '--others', `--exclude-from=${ignored}`).trim().split('\n');
    expect(listed.toSorted()).toEqual(paths);
  });

  it('is refused when it is larger than it may be, or holds anything else', () => {
    const good = {
      archive: 'keeper.zip',
      sha256: sha256(made.bytes),
      bytes: made.bytes.length,
      limitBytes: packageBytes,
      files: listZip(made.bytes),
      functions: expectedFunctions,
    };
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf({ ...good, bytes: 1_500_001 })).toEqual([
      'The package has 1,500,001 bytes; it may have 1,500,000.',
    ]);
    const more = [...good.files, { path: 'secrets.txt', bytes: 1, packedBytes: 1 }];
    expect(faultsOf({ ...good, files: more })).toEqual([
      `The package holds ${[...paths, 'secrets.txt'].join(', ')}, and should hold ${paths.join(', ')}.`,
    ]);
    const { worker, ...functions } = expectedFunctions;
    const { tick: _tick, ...rest } = worker;
    expect(faultsOf({ ...good, functions: { ...functions, worker: rest } })).toEqual([
      'worker: tick is not registered.',
    ]);
  });
});

/** The package that a file of the bundle is from; none: our own. */
function packageOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0];
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

describe('the bundle', () => {
  it('is made of deployed sources and of packages that are no development dependency', () => {
    const { outputs } = made.metafile;
    const inputs = Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [path] : [],
      ),
    );
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
    const own = inputs.filter((path) => packageOf(path) === undefined);
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter((path) => !/^src\/(?!local\/|cli\/)/u.test(path))).toEqual([]);
    const packages = new Set(inputs.map(packageOf).filter((path) => path !== undefined));
    expect(packages.size).toBeGreaterThan(20);
    const wrong = [...packages].filter((path) => lock.packages[path]?.dev === true);
    expect(wrong).toEqual([]);
    expect([...packages].filter((path) => !(path in lock.packages))).toEqual([]);
  });

  it('has a map of its own sources, without their texts', () => {
    const text = readFileSync(join(made.folder, 'dist/main.mjs.map'), 'utf8');
    const map = JSON.parse(text) as { sources: string[]; sourcesContent?: unknown };
    expect(map.sourcesContent).toBeUndefined();
    const sources = new Set(map.sources);
    const known = new Set(globSync('src/**/*.ts').map((path) => `../${path}`));
    expect([...sources].filter((source) => !known.has(source))).toEqual([]);
    expect(sources).toContain('../src/live.ts');
    expect(sources).toContain('../src/core/plan.ts');
  });

  it('shows in a stack trace which line of which source an error comes from', () => {
    const program = `
      import { Module } from 'node:module';
      const load = Module.prototype.require;
      const handlers = {};
      const core = {
        version: '4', hostVersion: '4', Disposable: class {}, registerHook() {}, setProgrammingModel() {},
        getProgrammingModel() {}, log() {},
        registerFunction: ({ name }, callback) => { handlers[name] = callback; return {}; },
      };
      Module.prototype.require = function (id) {
        return id === '@azure/functions-core' ? core : load.call(this, id);
      };
      await import('./dist/main.mjs');
      try { await handlers.tick({}, {}); } catch (error) { console.log(error.stack); }
    `;
    const args = ['--enable-source-maps', '--input-type=module', '--eval', program];
    const { stdout } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      cwd: made.folder,
      env: { KEEPER_PART: 'worker' },
    });
    expect(stdout).toMatch(/^Error: Settings are wrong/u);
    const [, file = '', line = ''] =
      /at compose \(.*\/(src\/[\w/-]+\.ts):(\d+):\d+\)/u.exec(stdout) ?? [];
    expect(existsSync(file), stdout).toBe(true);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines[Number(line) - 1]).toContain('throw new Error(`Settings are wrong');
    // Without its map, the name of the function still stands there.
    const plain = spawnSync(process.execPath, args.slice(1), {
      encoding: 'utf8',
      cwd: made.folder,
      env: { KEEPER_PART: 'worker' },
    });
    expect(plain.stdout).toMatch(/at compose \(.*dist\/main\.mjs:\d+:\d+\)/u);
  });
});
