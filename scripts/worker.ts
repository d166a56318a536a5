/**
 * Role: stands in for Microsoft's Functions worker in a process of its own, as far as starting an app
 * goes. It does what that worker's published sources do, in their order: `require` serves the module
 * `@azure/functions-core`; the entry point comes from package.json; functions are taken during start-up
 * alone and each name once; the host gets each binding as JSON. Its one argument is the app's folder;
 * what became of it goes to the parent process as a message.
 */
import { globSync, readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

/** A function as the host is told of it. */
export interface Indexed {
  readonly functionId: string;
  readonly name: string;
  /** Each binding as the text that the host reads. */
  readonly rawBindings: readonly string[];
  readonly retryOptions: unknown;
  readonly scriptFile: string;
  readonly directory: string;
}

/** What the app has made of itself. */
export interface Started {
  readonly functions: readonly Indexed[];
  /** The library that the app brought; without one, the worker's own is a much older one. */
  readonly model: { readonly name: string; readonly version: string };
  readonly capabilities: Readonly<Record<string, string>>;
  /** How long the entry point took, milliseconds, and how much the process worked for it. */
  readonly loadMs: number;
  readonly cpuMs: number;
}

/** Why the app does not start. */
export interface Blocked {
  readonly blocked: string;
}

interface Metadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, object>>;
  readonly retryOptions?: unknown;
}

interface Model {
  readonly name: string;
  readonly version: string;
  getCapabilities?(given: Record<string, string>): Promise<Record<string, string>>;
}

type Hook = (context: object) => unknown;

/** What the worker itself tells the host that it can do; the app's library may add to it. */
const workerCapabilities: Readonly<Record<string, string>> = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

const functions: Record<string, Indexed> = {};
const hooks: Record<string, Hook[]> = {};
const builtIn: Model = { name: '@azure/functions', version: '3.5.0' };
let model = builtIn;
let isLocked = false;
let entryPoint = '';

class Disposable {
  readonly #end: () => unknown;
  constructor(end: () => unknown) {
    this.#end = end;
  }
  static from(...several: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => several.map((one) => one.dispose()));
  }
  dispose(): unknown {
    return this.#end();
  }
}

const core = {
  version: '3.9.1',
  hostVersion: '4.1036.1',
  Disposable,
  registerFunction,
  registerHook,
  setProgrammingModel: (given: Model) => void (model = given),
  getProgrammingModel: () => model,
  log: (level: string, category: string, message: string) =>
    void process.stderr.write(`${level} ${category} ${message}\n`),
};

function registerFunction(metadata: Metadata): Disposable {
  if (isLocked) throw new Error('A function can only be registered during app startup.');
  const functionId = metadata.functionId ?? metadata.name;
  if (functionId in functions) {
    throw new Error(`A function with id "${functionId}" has already been registered.`);
  }
  functions[functionId] = {
    functionId,
    name: metadata.name,
    rawBindings: Object.entries(metadata.bindings).map(([name, binding]) =>
      JSON.stringify({ ...binding, name }),
    ),
    retryOptions: metadata.retryOptions ?? null,
    scriptFile: basename(entryPoint),
    directory: dirname(entryPoint),
  };
  return new Disposable(() => {
    if (isLocked) throw new Error('A function can only be disposed during app startup.');
    delete functions[functionId];
  });
}

function registerHook(name: string, hook: Hook): Disposable {
  const known = (hooks[name] ??= []);
  known.push(hook);
  return new Disposable(() => known.splice(known.indexOf(hook), 1));
}

/** The same proxy as the worker's: also what is loaded with `import` asks `require` in the end. */
function serveCore(): void {
  const prototype: { require: (id: string) => unknown } = Module.prototype;
  prototype.require = new Proxy(prototype.require, {
    apply: (target, self, given: [id: string]) =>
      given[0] === '@azure/functions-core' ? core : Reflect.apply(target, self, given),
  });
}

async function loadEntryPoint(folder: string): Promise<void> {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { main = '', type } = JSON.parse(text) as { main?: string; type?: string };
  const files = globSync(main, { cwd: folder });
  if (files.length === 0)
    throw new Error(`Worker was unable to load entry point "${main}": File does not exist`);
  for (const file of files) {
    entryPoint = join(folder, file);
    if (entryPoint.endsWith('.mjs') || (type === 'module' && !entryPoint.endsWith('.cjs'))) {
      await import(pathToFileURL(entryPoint).href);
    } else {
      Module.createRequire(entryPoint)(entryPoint);
    }
  }
  entryPoint = '';
}

async function start(folder: string): Promise<Started> {
  serveCore();
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  await loadEntryPoint(folder);
  const loadMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const context = { hookData: {}, appHookData: {}, functionAppDirectory: folder };
  for (const hook of hooks['appStart'] ?? []) await hook(context);
  const capabilities =
    (await model.getCapabilities?.({ ...workerCapabilities })) ?? workerCapabilities;
  isLocked = true;
  return {
    functions: Object.values(functions),
    model: { name: model.name, version: model.version },
    capabilities,
    loadMs,
    cpuMs: (user + system) / 1000,
  };
}

const [, , folder = ''] = process.argv;
let answer: Started | Blocked;
try {
  answer = await start(folder);
} catch (error) {
  answer = { blocked: error instanceof Error ? error.message : String(error) };
}
// What the app still does, now that start-up is over, it does until it is done.
process.send?.(answer, () => process.disconnect());
