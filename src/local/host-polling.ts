/** Role: when the host looks into its queues: on demand, and every so often. */
import { setTimeout as pause } from 'node:timers/promises';
import { detailOf, type Invoker } from './host-invoke.ts';
import { drain, openQueues, type Taking } from './host-queue.ts';
import type { HostFile, Settings } from './host-settings.ts';
import { inTurn } from './host-turn.ts';

/** All queues of an app. */
export interface Queues {
  /** Runs messages one after the other until all queues are empty; returns how many. */
  drainQueue(): Promise<number>;
  /** From now on drains the queues every so often. */
  pollQueues(intervalMs: number): void;
  /** Ends polling; resolves when no message is under way. */
  stopPolling(): Promise<void>;
  /** Ends all draining after the message under way. */
  stop(this: void): Promise<void>;
}

export interface QueuesOptions {
  readonly storage: string;
  readonly settings: Settings;
  readonly file: HostFile;
  readonly taking: Taking;
}

/** Opens the queues of an app. */
export async function queuesOf(
  invoker: Invoker,
  { storage, settings, file, taking }: QueuesOptions,
): Promise<Queues> {
  const functions = [...invoker.registrations.functions.values()];
  const triggers = await openQueues(functions, storage, settings);
  const turn = inTurn();
  const stopped = new AbortController();
  let polling: AbortController | undefined;

  async function drainUnless(signal: AbortSignal): Promise<number> {
    return turn(() => drain(invoker, triggers, { file, signal, taking }));
  }

  async function poll(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await drainUnless(signal);
      } catch (error) {
        // The queue service is away. It will be back, or somebody ends us.
        invoker.log('warning', `queues cannot be read: ${detailOf(error)}`);
      }
      // The only error of this pause is the signal's.
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async function stopPolling(): Promise<void> {
    polling?.abort();
    polling = undefined;
    await turn(async () => undefined);
  }

  return {
    drainQueue: () => drainUnless(stopped.signal),
    pollQueues(intervalMs) {
      if (polling) return;
      polling = new AbortController();
      void poll(intervalMs, polling.signal);
    },
    stopPolling,
    async stop() {
      stopped.abort();
      await stopPolling();
    },
  };
}
