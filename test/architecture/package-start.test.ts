/**
 * Role: the package starts in Microsoft's worker, as far as a stand-in for it can tell, and registers
 * exactly the expected functions with exactly the expected bindings. The table of them is in
 * scripts/expected-functions.ts: the command that makes packages goes by it, too.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  differences,
  expectedFunctions,
  functionsIn,
  parts,
  type Binding,
  type Functions,
  type Part,
} from '../../scripts/expected-functions.ts';
import { PackageDoesNotStart, startPackage } from '../../scripts/start-package.ts';
import type { Started } from '../../scripts/worker.ts';
import { readTemplate, settingsOf } from '../support/bicep-template.ts';
import { appIn, outside, packIn } from '../support/package-bench.ts';

// A bundle is made, and processes are started: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const place = outside();
const started = new Map<Part, Started>();

beforeAll(async () => {
  const { folder } = await packIn(place.path);
  for (const part of parts) started.set(part, await startPackage(folder, { KEEPER_PART: part }));
});

afterAll(() => place[Symbol.dispose]());

function startedAs(part: Part): Started {
  const one = started.get(part);
  if (!one) throw new Error(`${part} was not started`);
  return one;
}

describe.each(parts)('the package as %s', (part) => {
  it('registers exactly the expected functions with exactly the expected bindings', () => {
    expect(functionsIn(startedAs(part).functions)).toEqual(expectedFunctions[part]);
  });

  it('brings its own library, and each function names the bundle', () => {
    const { model, functions } = startedAs(part);
    expect(model.name).toBe('@azure/functions');
    expect(model.version).toMatch(/^4\./u);
    expect(new Set(functions.map(({ scriptFile }) => scriptFile))).toEqual(new Set(['main.mjs']));
  });

  it('has no retries that the host would do by itself, and names each binding once', () => {
    for (const { name, rawBindings, retryOptions } of startedAs(part).functions) {
      expect(retryOptions, name).toBeNull();
      const names = rawBindings.map((raw) => (JSON.parse(raw) as { name: string }).name);
      expect(new Set(names).size, name).toBe(names.length);
    }
  });

  it('answers with buffered bodies: the worker opens no port of its own', () => {
    expect(startedAs(part).capabilities).not.toHaveProperty('HttpUri');
  });
});

function namesOf(part: Part): string[] {
  return Object.keys(expectedFunctions[part]);
}

function types(part: Part): Set<unknown> {
  return new Set(Object.values(expectedFunctions[part]).flatMap((one) => one.map(typeOf)));
}

function typeOf({ type }: Binding): unknown {
  return type;
}

describe('the parts', () => {
  it('share no function, and make up all of it', () => {
    expect(namesOf('all').toSorted()).toEqual([...namesOf('web'), ...namesOf('worker')].toSorted());
    expect(new Set(namesOf('all')).size).toBe(namesOf('all').length);
  });

  it('have HTTP in the web part alone', () => {
    expect(types('web')).toEqual(new Set(['httpTrigger', 'http']));
    expect(types('worker')).toEqual(new Set(['timerTrigger', 'queueTrigger', 'eventGridTrigger']));
  });
});

/** Names of settings that the host must find to make sense of a part's bindings. */
function settingsIn(functions: Functions): string[] {
  const texts = Object.values(functions)
    .flat()
    .flatMap((binding) => Object.values(binding));
  const named = texts.flatMap((text) => String(text).match(/%\w+%/gu) ?? []);
  return [...new Set(named.map((name) => name.slice(1, -1)))];
}

describe('settings in bindings', () => {
  const template = readTemplate();

  it.each(['web', 'worker'] as const)('of the %s part are set by the template', (part) => {
    const registered = functionsIn(startedAs(part).functions);
    const set = Object.keys(settingsOf(template, part));
    expect(settingsIn(registered).filter((name) => !set.includes(name))).toEqual([]);
  });

  it('are there to be looked for', () => {
    expect(settingsIn(expectedFunctions.worker).toSorted()).toEqual([
      'KEEPER_CHECKPOINT',
      'KEEPER_QUEUE',
      'KEEPER_TICK',
    ]);
  });

  it('that are connections are set by the template, with the identity', () => {
    const bindings = Object.values(functionsIn(startedAs('worker').functions)).flat();
    const connections = bindings.flatMap(({ connection = [] }) => connection);
    expect([...new Set(connections)]).toEqual(['KEEPER_STORAGE']);
    const set = Object.keys(settingsOf(template, 'worker'));
    for (const member of ['queueServiceUri', 'credential', 'clientId']) {
      expect(set).toContain(`KEEPER_STORAGE__${member}`);
    }
  });
});

/** Starts an app of these lines, which has Microsoft's core at hand. */
async function startedApp(...lines: readonly string[]): Promise<Started> {
  using folder = outside();
  const core = [
    "import { createRequire } from 'node:module';",
    "const core = createRequire(import.meta.url)('@azure/functions-core');",
    "const one = { name: 'one', bindings: { t: { type: 'timerTrigger', direction: 'in' } } };",
  ];
  return await startPackage(appIn(folder.path, [...core, ...lines].join('\n')), {});
}

describe('the stand-in for the worker', () => {
  it('hands each binding on with its name', async () => {
    const { functions } = await startedApp('core.registerFunction(one, () => undefined);');
    expect(functions.map(({ rawBindings }) => rawBindings)).toEqual([
      ['{"type":"timerTrigger","direction":"in","name":"t"}'],
    ]);
  });

  it('refuses an app that registers a name twice', async () => {
    const twice = 'core.registerFunction(one, () => undefined);';
    await expect(startedApp(twice, twice)).rejects.toThrow(
      new PackageDoesNotStart('A function with id "one" has already been registered.'),
    );
  });

  it('refuses an app that registers after its start', async () => {
    const late = 'setTimeout(() => core.registerFunction(one, () => undefined), 300);';
    await expect(startedApp(late)).rejects.toThrow(
      /A function can only be registered during app startup/u,
    );
  });

  it('refuses an app that needs a package which it does not bring', async () => {
    await expect(startedApp("await import('undici');")).rejects.toThrow(/Cannot find package/u);
  });

  it('refuses an app without its entry point', async () => {
    using folder = outside();
    const app = appIn(folder.path, '');
    using other = outside();
    await expect(startPackage(other.path, {})).rejects.toThrow(PackageDoesNotStart);
    await expect(startPackage(app, {})).resolves.toMatchObject({ functions: [] });
  });

  it('gives an app no variable but the ones it is started with', async () => {
    const { functions } = await startedApp(
      'const names = Object.keys(process.env).filter((name) => name.startsWith("KEEPER"));',
      'core.registerFunction({ ...one, name: `saw ${names.length}` }, () => undefined);',
    );
    expect(functions[0]?.name).toBe('saw 0');
  });
});

describe('differences()', () => {
  const { tick, ...rest } = expectedFunctions.worker;

  it('finds none in what is expected', () => {
    expect(differences('worker', expectedFunctions.worker)).toEqual([]);
  });

  it('names a function that is missing, and one that is not expected', () => {
    const changed: Functions = { ...rest, tock: tick ?? [] };
    expect(differences('worker', changed)).toEqual([
      'worker: tick is not registered.',
      'worker: tock is registered and not expected.',
    ]);
  });

  it('tells how a binding differs', () => {
    const eager: Functions = {
      ...rest,
      tick: [
        { type: 'timerTrigger', direction: 'in', schedule: '%KEEPER_TICK%', runOnStartup: true },
      ],
    };
    const [sentence = '', ...more] = differences('worker', eager);
    expect(more).toEqual([]);
    expect(sentence).toMatch(/^worker: tick is bound as .*"runOnStartup":true.*, not as .*false/u);
  });
});
