/**
 * Role: what the code says that a deployment needs: containers, queues, settings, lines that it
 * logs, and the functions that each part registers, asked of the code itself in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describeSettings } from '../../src/config/settings-table.ts';
import type { Needs } from '../support/bicep-checks.ts';
import { logLinesOf } from './log-lines.ts';
import { readModules } from './source-module.ts';

/** A function that a part registers. */
export interface Registered {
  readonly name: string;
  readonly type: string;
  readonly queue?: string;
}

/** Stands in for the module that the Functions worker provides, and prints what is registered. */
const recorder = `
  import { Module } from 'node:module';
  const load = Module.prototype.require;
  const found = [];
  const core = {
    version: '4', hostVersion: '4', Disposable: class { static from() {} dispose() {} },
    registerHook: () => ({ dispose() {} }), setProgrammingModel() {}, getProgrammingModel() {}, log() {},
    registerFunction({ name, bindings }) {
      const [, trigger] = Object.entries(bindings).find(([, { type }]) => type.endsWith('Trigger'));
      found.push({ name, type: trigger.type, ...(trigger.queueName ? { queue: trigger.queueName } : {}) });
      return { dispose() {} };
    },
  };
  Module.prototype.require = function (id) {
    return id === '@azure/functions-core' ? core : load.call(this, id);
  };
  await import('./src/functions/main.ts');
  console.log(JSON.stringify(found));
`;

/** What the app of a part registers when it starts. */
export function registeredBy(part: 'web' | 'worker' | 'all'): readonly Registered[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', recorder],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', KEEPER_PART: part } },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Registered[];
}

/** All that the code needs of a deployment. */
export function readNeeds(): Needs {
  const clients = readFileSync('src/clients/storage.ts', 'utf8');
  const [, list = ''] =
    /const containers: readonly ContainerName\[\] = \[([^\]]*)\]/u.exec(clients) ?? [];
  const worker = registeredBy('worker');
  const queue = defaultOf('KEEPER_QUEUE');
  return {
    containers: [...list.matchAll(/'([a-z-]+)'/gu)].map(([, name = '']) => name),
    queues: worker.flatMap((one) =>
      one.queue ? [one.queue.replace('%KEEPER_QUEUE%', queue)] : [],
    ),
    functions: { worker: worker.map(nameOf), web: registeredBy('web').map(nameOf) },
    settings: describeSettings().map(({ name }) => name),
    logged: loggedLines(),
    urgentReasons: urgentReasons(),
  };
}

/** The value of a setting that is left out. */
function defaultOf(name: string): string {
  return describeSettings().find((one) => one.name === name)?.default ?? '';
}

/** Lines of the log, each with the fields that it has somewhere. */
function loggedLines(): ReadonlyMap<string, ReadonlySet<string>> {
  const fieldsOf = new Map<string, Set<string>>();
  for (const { message, fields } of logLinesOf(readModules('src')).lines) {
    fieldsOf.set(message, new Set([...(fieldsOf.get(message) ?? []), ...fields]));
  }
  return fieldsOf;
}

/** Reasons in the first row of the runbook's table of states. */
function urgentReasons(): string[] {
  const runbook = readFileSync('docs/runbook.md', 'utf8');
  const [row = ''] = /^\| needs-person \| \*\*now\*\*.*$/mu.exec(runbook) ?? [];
  return [...row.matchAll(/\[`([a-z-]+)`\]/gu)].map(([, name = '']) => name);
}

function nameOf({ name }: Registered): string {
  return name;
}
