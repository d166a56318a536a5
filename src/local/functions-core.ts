/**
 * Role: the stand-in for `@azure/functions-core`, the module that Microsoft's worker gives to a
 * function app. It gets in the same way as there, by wrapping `require`, and collects what the app
 * registers. Beyond the real one it has a clock: the seam through which simulated time gets in.
 */
import Module from 'node:module';
import type { Clock } from '../reconcile/world.ts';
import type {
  FunctionCallback,
  FunctionMetadata,
  Hook,
  HookContext,
  LogLevel,
  ProgrammingModel,
} from './functions-core-shapes.ts';

/** The name under which the library and `src/live.ts` ask for the module. */
const moduleName = '@azure/functions-core';

/** What the library shows as the versions of worker and host. */
const standInVersion = '4.0.0-embedded';

/** A function of the app. */
export interface RegisteredFunction extends FunctionMetadata {
  readonly callback: FunctionCallback;
}

/** What the app has registered so far. */
export interface Registrations {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** The hooks of a name, in the order of registration. */
  hooksOf(name: string): readonly Hook[];
  /** @throws Error when the app has loaded no programming model. */
  programmingModel(): ProgrammingModel;
  /** Start-up is over: from now on registering a function throws, as in the worker. */
  lock(): void;
  /** Takes the stand-in out of `require` again. */
  uninstall(): void;
}

export interface FunctionsCoreOptions {
  readonly clock: Clock;
  /** Lines of the library and of log hooks. */
  log(level: LogLevel, message: string): void;
}

/** Something to be given back, as the worker's own class. */
class Disposable {
  readonly #disposeOnce: () => unknown;

  static from(...several: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const one of several) one.dispose();
    });
  }

  constructor(disposeOnce: () => unknown) {
    this.#disposeOnce = disposeOnce;
  }

  dispose(): unknown {
    return this.#disposeOnce();
  }
}

let isInstalled = false;

/**
 * Puts the stand-in in place. To be called before the bundle is loaded.
 * @throws Error when one is in place already: two apps in one process would share it.
 */
export function installFunctionsCore(options: FunctionsCoreOptions): Registrations {
  if (isInstalled) throw new Error('cannot install a second functions core in one process');
  isInstalled = true;
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<string, Hook[]>();
  let model: ProgrammingModel | undefined;
  let isLocked = false;

  function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    const { name } = metadata;
    if (isLocked) throw new Error(`cannot register function "${name}" after start-up`);
    if (functions.has(name)) throw new Error(`cannot register function "${name}" twice`);
    functions.set(name, { ...metadata, callback });
    return new Disposable(() => functions.delete(name));
  }

  function registerHook(name: string, hook: Hook): Disposable {
    const known = hooks.get(name) ?? [];
    hooks.set(name, [...known, hook]);
    return new Disposable(() => {
      const now = hooks.get(name) ?? [];
      hooks.set(
        name,
        now.filter((one) => one !== hook),
      );
    });
  }

  const core = {
    version: standInVersion,
    hostVersion: standInVersion,
    clock: options.clock,
    setProgrammingModel(given: ProgrammingModel): void {
      model = given;
    },
    getProgrammingModel: () => model,
    registerFunction,
    registerHook,
    log: (level: LogLevel, _category: string, message: string) => options.log(level, message),
    Disposable,
  };
  const restore = wrapRequire(core);
  return {
    functions,
    hooksOf: (name) => hooks.get(name) ?? [],
    programmingModel() {
      if (!model) throw new Error('the app has loaded no programming model');
      return model;
    },
    lock() {
      isLocked = true;
    },
    uninstall() {
      if (!isInstalled) return;
      restore();
      isInstalled = false;
    },
  };
}

/** Runs all hooks of a name, one after the other, as the worker does; the first error ends it. */
export async function runHooks(
  registrations: Pick<Registrations, 'hooksOf'>,
  name: string,
  context: HookContext,
): Promise<void> {
  for (const hook of registrations.hooksOf(name)) await hook(context);
}

/** Answers `require('@azure/functions-core')` with the core; tells how to undo it. */
function wrapRequire(core: object): () => void {
  const prototype: { require: (this: unknown, id: string) => unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function requireOrCore(id) {
    return id === moduleName ? core : original.call(this, id);
  };
  return () => {
    prototype.require = original;
  };
}
