/**
 * Role: the host of the embedded mode. It loads the bundle that is deployed, through the same seam
 * as Microsoft's worker, and does around it what the Functions host does: settings, routes, keys,
 * timers, queues, Event Grid. Anything the app asks for that it cannot do ends the start.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../reconcile/world.ts';
import type { LogLevel } from './functions-core-shapes.ts';
import { installFunctionsCore, type Registrations, runHooks } from './functions-core.ts';
import { answerHttp, httpRouteOf, keyIn } from './host-http.ts';
import { invoke, type Invoker, triggerOf } from './host-invoke.ts';
import { drawKeys, type HostKeys, isAccepted } from './host-keys.ts';
import { drain, openQueues } from './host-queue.ts';
import { type HostReply, type HostRequest, startServer } from './host-server.ts';
import {
  applySettings,
  type HostFile,
  readHostFile,
  resolveNames,
  type Settings,
} from './host-settings.ts';
import { nextInstant, timerRequest } from './host-timer.ts';
import { inTurn } from './host-turn.ts';
import { answerWebhook, eventFunctions, webhookPath } from './host-webhook.ts';

export interface HostOptions extends Partial<HostKeys> {
  /** The bundle; `host.json` is in the folder above its own. */
  readonly bundle: string | URL;
  /** Become environment variables, and take the place of `%NAME%` in bindings. */
  readonly settings: Settings;
  /** 0 for any. */
  readonly port: number;
  readonly clock: Clock;
  /** Connection string of the queues' storage account. */
  readonly storage: string;
  log(line: string): void;
  /** Imports a module; for test runners that put an import of their own in its place. */
  load?(url: string): Promise<unknown>;
}

/** A host that runs. Without keys and addresses in its log. */
export interface Host extends HostKeys {
  /** Names of all functions, in alphabetical order. */
  readonly functions: readonly string[];
  readonly url: string;
  /** Fires every timer once, now. A failure is logged; timers are not tried again. */
  tick(): Promise<void>;
  /** Runs queue messages one after the other until all queues are empty; returns how many. */
  drainQueue(): Promise<number>;
  /** From now on drains the queues every so often. */
  pollQueues(intervalMs: number): void;
  /** Ends polling; resolves when no message is under way. */
  stopPolling(): Promise<void>;
  /** The next instant at which a timer fires, epoch milliseconds. @throws Error without timers. */
  nextTickAt(now: number): number;
  /** Delivers one event as Event Grid does, over HTTP; returns the status. */
  deliverEvent(event: object): Promise<number>;
  stop(): Promise<void>;
}

/** What the parts of a host share. */
interface Parts extends Invoker {
  readonly keys: HostKeys;
  readonly file: HostFile;
  readonly options: HostOptions;
}

/** How many bundles this process has loaded: each start needs a fresh instance of the module. */
let loaded = 0;

/**
 * Starts a host; one at a time in a process.
 * @throws PortInUse
 * @throws Error for a bundle, a setting or a binding that it cannot work with.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const undo: (() => unknown)[] = [];
  try {
    return await start(options, undo);
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
}

async function start(options: HostOptions, undo: (() => unknown)[]): Promise<Host> {
  const { settings, clock } = options;
  const bundle = urlOf(options.bundle);
  const file = readHostFile(new URL('../host.json', bundle));
  const log = (level: LogLevel, message: string): void => options.log(`${level} ${message}`);
  undo.push(applySettings(settings));
  const registrations = installFunctionsCore({ clock, log });
  undo.push(() => registrations.uninstall());
  await loadApp(registrations, bundle, options.load);
  const keys = drawKeys(options);
  const parts: Parts = { registrations, appHookData: {}, log, keys, file, options };
  const hooked = { hookData: {}, appHookData: parts.appHookData };
  await runHooks(registrations, 'appStart', {
    ...hooked,
    functionAppDirectory: new URL('..', bundle).pathname,
  });
  undo.push(() => runHooks(registrations, 'appTerminate', hooked));
  checkBindings(registrations);

  const timers = timersOf(parts);
  const queues = await queuesOf(parts);
  undo.push(queues.stop);
  const server = await startServer(options.port, answerer(parts, timers));
  undo.push(server.stop);
  return {
    ...keys,
    functions: [...registrations.functions.keys()].toSorted(),
    url: server.url,
    ...timers,
    ...queues,
    deliverEvent: (event) => deliverEvent(parts, server.url, event),
    async stop() {
      for (const step of undo.splice(0).toReversed()) await step();
    },
  };
}

function urlOf(bundle: string | URL): URL {
  if (bundle instanceof URL) return bundle;
  return bundle.startsWith('file:') ? new URL(bundle) : pathToFileURL(resolve(bundle));
}

async function loadApp(
  registrations: Registrations,
  bundle: URL,
  load: (url: string) => Promise<unknown> = (url) => import(url),
): Promise<void> {
  loaded += 1;
  await load(loaded === 1 ? bundle.href : `${bundle.href}?start=${loaded}`);
  if (registrations.functions.size === 0) throw new Error('the bundle registers no functions');
  await registrations.programmingModel().getCapabilities?.({});
  registrations.lock();
}

const knownTriggers = new Set(['httpTrigger', 'timerTrigger', 'queueTrigger', 'eventGridTrigger']);

function checkBindings({ functions }: Registrations): void {
  for (const one of functions.values()) {
    const trigger = triggerOf(one);
    const others = Object.entries(one.bindings).filter(
      ([name, { type }]) => name !== trigger.name && type !== 'http',
    );
    if (!knownTriggers.has(trigger.type) || others.length > 0) {
      throw new Error(`the local host does not know all bindings of function "${one.name}"`);
    }
  }
}

interface Timers extends Pick<Host, 'tick' | 'nextTickAt'> {
  /** Fires one timer; false when there is none of that name. */
  fire(name: string): Promise<boolean>;
}

function timersOf(parts: Parts): Timers {
  const { registrations, options } = parts;
  const schedules = new Map(
    [...registrations.functions.values()]
      .filter((one) => triggerOf(one).type === 'timerTrigger')
      .map((one) => {
        const raw = String(one.bindings[triggerOf(one).name]?.['schedule']);
        return [one, resolveNames(raw, options.settings)];
      }),
  );
  for (const schedule of schedules.values()) nextInstant(schedule, options.clock.now());
  const lastAt = new Map<string, number>();
  // In Azure a lock sees to it that a timer runs once at a time.
  const turn = inTurn();

  async function fire(name: string): Promise<boolean> {
    const found = [...schedules].find(([one]) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) return false;
    const [one, schedule] = found;
    await turn(async () => {
      const now = options.clock.now();
      const details = { schedule, now, lastAt: lastAt.get(one.name) };
      lastAt.set(one.name, now);
      try {
        await invoke(parts, one, timerRequest(triggerOf(one).name, details));
      } catch (error) {
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
        parts.log('error', `${one.name} failed: ${detail}`);
      }
    });
    return true;
  }

  return {
    fire,
    async tick() {
      for (const one of schedules.keys()) await fire(one.name);
    },
    nextTickAt(now) {
      if (schedules.size === 0) throw new Error('the app has no timer');
      return Math.min(...[...schedules.values()].map((schedule) => nextInstant(schedule, now)));
    },
  };
}

interface Queues extends Pick<Host, 'drainQueue' | 'pollQueues' | 'stopPolling' | 'stop'> {}

async function queuesOf(parts: Parts): Promise<Queues> {
  const { registrations, options, file } = parts;
  const functions = [...registrations.functions.values()];
  const triggers = await openQueues(functions, options.storage, options.settings);
  const turn = inTurn();
  let isStopping = false;
  let polling: AbortController | undefined;

  const drainQueue = (): Promise<number> =>
    turn(() => drain(parts, triggers, { file, isStopping: () => isStopping }));

  async function poll(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await turn(() => drain(parts, triggers, { file, isStopping: () => signal.aborted }));
      } catch (error) {
        // The queue service is away: it will be back, or the user ends us.
        parts.log('warning', `queues cannot be read: ${error instanceof Error ? error.name : ''}`);
      }
      await pause(intervalMs, signal);
    }
  }

  async function stopPolling(): Promise<void> {
    polling?.abort();
    polling = undefined;
    await turn(async () => {});
  }

  return {
    drainQueue,
    pollQueues(intervalMs) {
      if (polling) return;
      polling = new AbortController();
      void poll(intervalMs, polling.signal);
    },
    stopPolling,
    async stop() {
      isStopping = true;
      await stopPolling();
    },
  };
}

/** A pause that a signal ends. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve: end } = Promise.withResolvers<void>();
  const timer = setTimeout(end, ms);
  const stop = (): void => end();
  signal.addEventListener('abort', stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}

/** Everything that comes over HTTP. */
function answerer(parts: Parts, timers: Timers): (request: HostRequest) => Promise<HostReply> {
  const { registrations, keys, file, options } = parts;
  const routes = [...registrations.functions.values()]
    .filter((one) => triggerOf(one).type === 'httpTrigger')
    .map((one) => httpRouteOf(one, { keys, file, settings: options.settings }));
  return async (request) => {
    const path = request.url.pathname;
    if (path === webhookPath) return answerWebhook(parts, keys, request);
    const admin = /^\/admin\/functions\/([A-Za-z][\w-]*)$/.exec(path)?.[1];
    if (admin !== undefined) return answerAdmin(parts, timers, { name: admin, request });
    return (await answerHttp(parts, routes, request)) ?? { status: 404 };
  };
}

/** `POST /admin/functions/{name}` fires a timer; like Azure, it does not tell how that went. */
async function answerAdmin(
  { keys }: Parts,
  timers: Timers,
  { name, request }: { name: string; request: HostRequest },
): Promise<HostReply> {
  if (!isAccepted(keyIn(request), [keys.masterKey])) return { status: 401 };
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  return { status: (await timers.fire(name)) ? 202 : 404 };
}

async function deliverEvent(parts: Parts, url: string, event: object): Promise<number> {
  const isCloudEvent = 'specversion' in event;
  let status = 404;
  for (const name of eventFunctions(parts)) {
    const reply = await fetch(`${url}${webhookPath}?functionName=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: {
        'aeg-sas-key': parts.keys.systemKey,
        'aeg-event-type': 'Notification',
        'content-type': isCloudEvent ? 'application/cloudevents+json' : 'application/json',
      },
      body: JSON.stringify(isCloudEvent ? event : [event]),
    });
    await reply.body?.cancel();
    status = status === 404 ? reply.status : Math.max(status, reply.status);
  }
  return status;
}
