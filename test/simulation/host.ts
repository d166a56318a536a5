/**
 * Role: the Functions host in virtual time: a timer, a queue that delivers at least once, events,
 * and several instances that run passes at the same time, die and come again. What the triggers do
 * is the product's own code.
 */
import { tick, vaultEvent, work, type Surroundings } from '../../src/functions/handlers.ts';
import type { Delivery } from '../../src/local/simulators/event-grid.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import type { WorkMessage } from '../../src/reconcile/world.ts';
import type { Fortune } from './fortune.ts';
import type { Kernel } from './kernel.ts';
import type { SimulatedProcess } from './process.ts';
import type { Weather } from './wire.ts';

/** One living instance. */
export interface Instance {
  readonly process: SimulatedProcess;
  readonly surroundings: Surroundings;
  /** Passes that it runs now. */
  running: number;
}

interface Letter {
  readonly message: WorkMessage;
  deliveries: number;
}

export interface HostOptions {
  readonly kernel: Kernel;
  readonly fortune: Fortune;
  readonly weather: () => Weather;
  readonly instances: number;
  /** Makes the next life of an instance. `died` is to be called when it is killed. */
  readonly start: (name: string, died: () => void) => Omit<Instance, 'running'>;
  readonly passed: (key: string, report: PassReport | undefined, beganAt: number) => void;
  /** A message failed so often that it comes no more. */
  readonly poisoned: (key: string) => void;
  /** A handler threw: a message comes again, or it is a defect. */
  readonly failed: (what: string, error: unknown) => void;
  /** An event was refused with this status. */
  readonly redeliver: (delivery: Delivery, status: number) => void;
}

export interface Host {
  /** Puts a message on the queue. */
  send(message: WorkMessage): void;
  /** The timer fires. */
  tick(): void;
  deliver(delivery: Delivery): void;
  /** Somebody calls over HTTP. `unanswered` when there is nobody to take the call. */
  call(
    what: string,
    act: (surroundings: Surroundings) => Promise<void>,
    unanswered: () => void,
  ): void;
  /** Ends the life of every instance, as a deployment does. */
  restart(): void;
  /** Nothing waits and nothing runs. */
  isIdle(): boolean;
  readonly kills: number;
  readonly passes: number;
}

const visibilityMs = 600_000;
const passesPerInstance = 2;
const longestDeliveries = 5;

export function simulatedHost(options: HostOptions): Host {
  const { kernel, fortune, weather } = options;
  const random = fortune.random.fork('host');
  const alive: (Instance | undefined)[] = [];
  let waiting = 0;
  let running = 0;
  let kills = 0;
  let passes = 0;

  function born(index: number): void {
    const instance: Instance = {
      ...options.start(String.fromCodePoint(97 + index), () => died(index, instance)),
      running: 0,
    };
    alive[index] = instance;
  }

  function died(index: number, instance: Instance): void {
    if (alive[index] !== instance) return;
    kills += 1;
    running -= instance.running;
    alive[index] = undefined;
    kernel.after(1_000 + random.int(300_000), () => born(index));
  }

  function someone(): Instance | undefined {
    const ready = alive.filter((one): one is Instance => one !== undefined);
    const free = ready.filter((one) => one.running < passesPerInstance);
    return free.length === 0 ? undefined : random.pick(free);
  }

  function send(message: WorkMessage): void {
    const letter: Letter = { message, deliveries: 0 };
    enqueue(letter, 50);
    if (weather().write === 0) return;
    if (fortune.strikes('message-twice', weather().write))
      enqueue({ message, deliveries: 0 }, random.int(60_000));
    if (fortune.strikes('message-late', weather().write))
      enqueue({ message, deliveries: 0 }, random.int(86_400_000));
  }

  function enqueue(letter: Letter, delayMs: number): void {
    waiting += 1;
    kernel.after(delayMs, () => dispatch(letter));
  }

  function dispatch(letter: Letter): void {
    const instance = someone();
    if (!instance) {
      kernel.after(20_000 + random.int(20_000), () => dispatch(letter));
      return;
    }
    waiting -= 1;
    letter.deliveries += 1;
    instance.running += 1;
    running += 1;
    passes += 1;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      if (!instance.process.isAlive()) return;
      instance.running -= 1;
      running -= 1;
    };
    void carryOut(letter, instance, over);
    watch(letter, instance, () => isOver);
  }

  async function carryOut(
    letter: Letter,
    { surroundings }: Instance,
    over: () => void,
  ): Promise<void> {
    const beganAt = kernel.now();
    try {
      const report = await work(surroundings, letter.message);
      over();
      options.passed(letter.message.registration, report, beganAt);
    } catch (error) {
      over();
      options.failed('work', error);
      again(letter, 1_000);
    }
  }

  /** The host renews the invisibility of a message while it is awake; else another gets it. */
  function watch(letter: Letter, { process }: Instance, isOver: () => boolean): void {
    kernel.after(visibilityMs, () => {
      if (isOver()) return;
      let isAwake = false;
      process.deliver(() => {
        isAwake = true;
      });
      if (isAwake) watch(letter, { process } as Instance, isOver);
      else again(letter, 0);
    });
  }

  function again(letter: Letter, delayMs: number): void {
    if (letter.deliveries >= longestDeliveries) {
      options.poisoned(letter.message.registration);
      return;
    }
    enqueue(letter, delayMs);
  }

  function onSomeone(
    what: string,
    act: (surroundings: Surroundings) => Promise<unknown>,
    failed: () => void,
  ): void {
    const instance = alive.find((one) => one !== undefined);
    if (!instance) {
      failed();
      return;
    }
    act(instance.surroundings).catch((error: unknown) => {
      options.failed(what, error);
      failed();
    });
  }

  for (let index = 0; index < options.instances; index += 1) born(index);

  return {
    send,
    tick: () => onSomeone('tick', tick, () => undefined),
    deliver: (delivery) =>
      onSomeone(
        'vaultEvent',
        (surroundings) => vaultEvent(surroundings, delivery.body),
        () => options.redeliver(delivery, 500),
      ),
    call: onSomeone,
    restart() {
      for (const [index, instance] of alive.entries()) {
        if (!instance) continue;
        instance.process.kill();
        died(index, instance);
      }
    },
    isIdle: () => waiting === 0 && running === 0,
    get kills() {
      return kills;
    },
    get passes() {
      return passes;
    },
  };
}
