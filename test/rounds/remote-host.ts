/** A host in a process of its own, as its owner handles it: started, asked, killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SharedClock } from './shared-clock.ts';
import type { FromHost, HostOrder, ToHost } from './host-messages.ts';

/** A loaded machine needs its time. */
const startMs = 180_000;

/** So that a host which comes after many others need not compile all again. */
const compileCache = join(import.meta.dirname, '../../.cache/rounds');

/** The host process is no more. */
export class HostGone extends Error {}

export interface RemoteHost {
  readonly pid: number;
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  isRunning(): boolean;
  /** All that it wrote to stdout and stderr. */
  output(): readonly (readonly [where: string, text: string])[];
  /** SIGKILL, at this instant. */
  kill(): void;
  /** Fires the timer. @throws HostGone */
  tick(): Promise<void>;
  /** Delivers an event as Event Grid does; returns the status. @throws HostGone */
  deliverEvent(event: object): Promise<number>;
}

/** Starts one, and waits until it answers. @throws HostGone */
export async function startRemoteHost(order: HostOrder, clock: SharedClock): Promise<RemoteHost> {
  const child = fork(new URL('host-process.ts', import.meta.url), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const output = gathered(child);
  let isRunning = true;
  const ended = once(child, 'close').then(([, signal]) => {
    isRunning = false;
    return signal as NodeJS.Signals | null;
  });
  const url = await readyUrl(child, { order, clock, ended, output });

  async function post(path: string, headers: Record<string, string>, body: string) {
    try {
      const reply = await fetch(`${url}${path}`, { method: 'POST', headers, body });
      await reply.body?.cancel();
      return reply.status;
    } catch {
      throw new HostGone(`the host at ${url} does not answer`);
    }
  }

  return {
    pid: child.pid ?? 0,
    ended,
    isRunning: () => isRunning,
    output: () => Object.entries(output),
    kill: () => void child.kill('SIGKILL'),
    async tick() {
      const key = { 'x-functions-key': order.keys.masterKey };
      const status = await post('/admin/functions/tick', key, '');
      if (status !== 202) throw new Error(`the timer cannot be fired: ${status}`);
    },
    deliverEvent: (event) =>
      post(
        '/runtime/webhooks/eventgrid?functionName=vaultEvent',
        {
          'aeg-sas-key': order.keys.systemKey,
          'aeg-event-type': 'Notification',
          'content-type':
            'specversion' in event ? 'application/cloudevents+json' : 'application/json',
        },
        JSON.stringify('specversion' in event ? event : [event]),
      ),
  };
}

interface Start {
  readonly order: HostOrder;
  readonly clock: SharedClock;
  readonly ended: Promise<unknown>;
  readonly output: Readonly<Record<string, string>>;
}

async function readyUrl(
  child: ChildProcess,
  { order, clock, ended, output }: Start,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const tell = (message: ToHost): void => {
    // It may have been killed a moment ago.
    if (child.connected) child.send(message, () => undefined);
  };
  child.on('message', (message: FromHost) => {
    if (message.kind === 'ready') resolve(message.url);
    else {
      clock.sync();
      clock.advance(message.ms);
      tell({ kind: 'passed', id: message.id });
    }
  });
  const tooLate = (): void => reject(new HostGone(`no host came up:\n${output['stderr'] ?? ''}`));
  const timer = setTimeout(tooLate, startMs);
  void ended.then(tooLate);
  tell({ kind: 'start', order });
  try {
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function gathered(child: ChildProcess): Record<'stdout' | 'stderr', string> {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return output;
}
