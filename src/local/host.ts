/**
 * Role: the host of the embedded mode. It loads the bundle that is deployed, through the same seam
 * as Microsoft's worker, and does around it what the Functions host does: settings, routes, keys,
 * timers, queues, Event Grid. Anything the app asks for that it cannot do ends the start.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Clock } from '../reconcile/world.ts';
import type { LogLevel } from './functions-core-shapes.ts';
import { installFunctionsCore, type Registrations, runHooks } from './functions-core.ts';
import { answerHttp, httpRouteOf, keyIn } from './host-http.ts';
import { detailOf, type Invoker, triggerOf } from './host-invoke.ts';
import { drawKeys, type HostKeys, isAccepted } from './host-keys.ts';
import { type Queues, queuesOf } from './host-polling.ts';
import { type Taking, usualTaking } from './host-queue.ts';
import { type HostReply, type HostRequest, startServer } from './host-server.ts';
import { applySettings, type HostFile, readHostFile, type Settings } from './host-settings.ts';
import type { SignIn } from './host-sign-in.ts';
import { type Timers, timersOf } from './host-timer.ts';
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
  /** What App Service has in front of the app; nothing: requests come as they are. */
  readonly signIn?: SignIn;
  /** How messages are taken off queues, where that is to differ. */
  readonly taking?: Taking;
  /** Imports a module; for test runners that put an import of their own in its place. */
  load?(this: void, url: string): Promise<unknown>;
}

/** A host that runs. */
export interface Host
  extends
    HostKeys,
    Pick<Timers, 'tick' | 'nextTickAt'>,
    Pick<Queues, 'drainQueue' | 'pollQueues' | 'stopPolling'> {
  /** Names of all functions, in alphabetical order. */
  readonly functions: readonly string[];
  readonly url: string;
  /** Delivers one event as Event Grid does, over HTTP; returns the status. */
  deliverEvent(event: object): Promise<number>;
  /** Ends it after what is under way. */
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
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(options: HostOptions, stack: AsyncDisposableStack): Promise<Host> {
  const { settings, clock, storage, taking = usualTaking } = options;
  const bundle = urlOf(options.bundle);
  const file = readHostFile(new URL('../host.json', bundle));
  const log = (level: LogLevel, message: string): void => options.log(`${level} ${message}`);
  stack.defer(applySettings(settings));
  const registrations = installFunctionsCore({ clock, log });
  stack.defer(() => registrations.uninstall());
  await loadApp(registrations, bundle, options);
  checkBindings(registrations);

  const keys = drawKeys(options);
  const parts: Parts = { registrations, appHookData: {}, log, keys, file, options };
  await startApp(parts, bundle, stack);
  const timers = timersOf(parts, { clock, settings });
  const queues = await queuesOf(parts, { storage, settings, file, taking });
  stack.defer(queues.stop);
  const server = await startServer(options.port, {
    answer: answererOf(parts, timers),
    onError: (error) => log('error', `cannot answer: ${detailOf(error)}`),
  });
  stack.defer(server.stop);
  return {
    ...keys,
    functions: [...registrations.functions.keys()].toSorted(),
    url: server.url,
    tick: () => timers.tick(),
    nextTickAt: (now) => timers.nextTickAt(now),
    drainQueue: () => queues.drainQueue(),
    pollQueues: (intervalMs) => queues.pollQueues(intervalMs),
    stopPolling: () => queues.stopPolling(),
    deliverEvent: (event) => deliverEvent(parts, server.url, event),
    stop: () => stack.disposeAsync(),
  };
}

/** The app's own hooks around its life. */
async function startApp(parts: Parts, bundle: URL, stack: AsyncDisposableStack): Promise<void> {
  const { registrations, appHookData } = parts;
  const context = { hookData: {}, appHookData };
  const functionAppDirectory = fileURLToPath(new URL('..', bundle));
  await runHooks(registrations, 'appStart', { ...context, functionAppDirectory });
  stack.defer(() => runHooks(registrations, 'appTerminate', context));
}

function urlOf(bundle: string | URL): URL {
  if (bundle instanceof URL) return bundle;
  return bundle.startsWith('file:') ? new URL(bundle) : pathToFileURL(resolve(bundle));
}

async function importModule(url: string): Promise<unknown> {
  return import(url);
}

async function loadApp(
  registrations: Registrations,
  bundle: URL,
  { load = importModule }: Pick<HostOptions, 'load'>,
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

/** Everything that comes over HTTP. */
function answererOf(parts: Parts, timers: Timers): (request: HostRequest) => Promise<HostReply> {
  const { registrations, keys, file, options } = parts;
  const routes = [...registrations.functions.values()]
    .filter((one) => triggerOf(one).type === 'httpTrigger')
    .map((one) => httpRouteOf(one, { keys, file, settings: options.settings }));
  return async (request) => {
    const path = request.url.pathname;
    if (path === webhookPath) return answerWebhook(parts, keys, request);
    const admin = /^\/admin\/functions\/([A-Za-z][\w-]*)$/.exec(path)?.[1];
    if (admin !== undefined) return answerAdmin(parts, timers, { name: admin, request });
    const admitted = options.signIn?.admit(request) ?? request;
    if ('status' in admitted) return admitted;
    return (await answerHttp(parts, routes, admitted)) ?? { status: 404 };
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
