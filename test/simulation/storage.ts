/**
 * Role: storage as one process sees it: the memory stores behind latency, with answers that get
 * lost, writes that are not done, and moments at which the process sleeps or dies. The storage
 * service itself keeps true time and loses nothing that it acknowledged.
 */
import { failure, type Fault } from '../../src/core/fault.ts';
import type { World } from '../../src/reconcile/world.ts';
import type { Fortune } from './fortune.ts';
import type { Kernel } from './kernel.ts';
import type { SimulatedProcess } from './process.ts';
import { sleepMs, type Weather } from './wire.ts';

export type StoragePorts = Pick<World, 'chains' | 'states' | 'orders' | 'switches' | 'queue'>;

export interface StorageOptions {
  readonly kernel: Kernel;
  readonly process: SimulatedProcess;
  readonly fortune: Fortune;
  readonly weather: () => Weather;
  readonly died: () => void;
  /** Told of every write that was carried out. */
  readonly written: (port: keyof StoragePorts, method: string, args: readonly unknown[]) => void;
  /** Told of every line that a chain took. */
  readonly appended: (key: string, line: string) => void;
}

/** What may become of a call to storage. */
export const storageKinds = [
  'storage/not-read',
  'storage/not-written',
  'storage/answer-lost',
] as const;

const writes: ReadonlySet<string> = new Set(['append', 'write', 'finish', 'take', 'send']);
const lost: Fault = { kind: 'timeout', vendor: 'storage' };

/** The same stores, seen from one process. */
export function distantStorage(stores: StoragePorts, options: StorageOptions): StoragePorts {
  const { kernel, process, fortune, weather } = options;
  const latency = fortune.random.fork(`storage/${process.name}`);

  function call(method: string, go: () => unknown): Promise<unknown> {
    const isWrite = writes.has(method);
    const { write, read, death, sleep } = weather();
    const isLost = (isWrite ? write : read) > 0 && fortune.happens(isWrite ? write : read / 4);
    const isDone = !isLost || fortune.random.fork(`stored/${fortune.struck}`).chance(0.6);
    if (isLost) fortune.met(kindOf(isWrite, isDone));
    const dies = isWrite && death > 0 && fortune.strikes('death-at-storage', death);
    const sleeps = isWrite && sleep > 0 && fortune.strikes('sleep-at-storage', sleep);
    return new Promise((resolve) => {
      kernel.after(2 + latency.int(20), () => {
        const result = isDone ? go() : failure(lost);
        if (dies) {
          process.kill();
          options.died();
          return;
        }
        if (sleeps) process.sleepUntil(kernel.now() + sleepMs(fortune));
        const answer = isLost ? failure(lost) : result;
        process.deliver(() => resolve(answer));
      });
    });
  }

  const chains: StoragePorts['chains'] = {
    ...stores.chains,
    async append(key, at, line) {
      const result = await stores.chains.append(key, at, line);
      if (result.ok && result.value.kind === 'appended') options.appended(key, line);
      return result;
    },
  };
  const seen: StoragePorts = { ...stores, chains };
  const ports = (['chains', 'states', 'orders', 'switches', 'queue'] as const).map((port) => {
    const methods = Object.entries(seen[port]).flatMap(([method, member]) => {
      if (typeof member !== 'function') return [];
      const through = (...args: unknown[]): Promise<unknown> =>
        call(method, () => {
          const result = (member as (...all: unknown[]) => unknown)(...args);
          if (writes.has(method)) options.written(port, method, args);
          return result;
        });
      return [[method, through] as const];
    });
    return [port, Object.fromEntries(methods)] as const;
  });
  return Object.fromEntries(ports) as unknown as StoragePorts;
}

function kindOf(isWrite: boolean, isDone: boolean): (typeof storageKinds)[number] {
  if (!isWrite) return 'storage/not-read';
  return isDone ? 'storage/answer-lost' : 'storage/not-written';
}
