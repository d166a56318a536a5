/**
 * The process that is killed: the local host with the very bundle that is deployed, and nothing
 * else. Storage, vendors and the clock belong to the process that started it.
 */
import { flushCompileCache } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveLocalhostNames, trustLocally } from '../../src/local/cloud-server.ts';
import { startHost } from '../../src/local/host.ts';
import type { FromHost, HostOrder, ToHost } from './host-messages.ts';
import { readClock } from './shared-clock.ts';

/** Between two looks into the queues, real milliseconds. */
const pollMs = 25;

const pauses = new Map<number, () => void>();

function tell(message: FromHost): void {
  process.send?.(message);
}

/** The owner of the clock passes the time; the pause ends when it has. */
async function passTime(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const id = pauses.size === 0 ? 1 : Math.max(...pauses.keys()) + 1;
  pauses.set(id, resolve);
  tell({ kind: 'pause', id, ms });
  await promise;
  await nextTurn();
}

async function start(order: HostOrder): Promise<void> {
  trustLocally(order.authority);
  resolveLocalhostNames();
  const host = await startHost({
    bundle: order.bundle,
    port: 0,
    clock: readClock(order.clock, passTime),
    storage: order.settings['KEEPER_STORAGE'] ?? '',
    settings: order.settings,
    taking: order.taking,
    log: (line) => process.stderr.write(`${line}\n`),
    ...order.keys,
  });
  host.pollQueues(pollMs);
  tell({ kind: 'ready', url: host.url });
  // A process that is killed would never come to it.
  flushCompileCache();
}

process.on('message', (message: ToHost) => {
  if (message.kind === 'start') {
    void start(message.order);
    return;
  }
  pauses.get(message.id)?.();
  pauses.delete(message.id);
});
// Without its owner there is neither time nor storage.
process.on('disconnect', () => process.exit(0));
