/**
 * Role: one simulated run put together: time, network, storage, vendors, instances, customers and
 * the oracle. What happens on it is decided elsewhere.
 */
import type { WantedState } from '../../src/reconcile/wanted-state.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import type { TransportRequest } from '../../src/clients/transport.ts';
import { simulatedCloud, type Cloud } from '../../src/local/cloud.ts';
import type { SimulatedClock } from '../../src/local/clock.ts';
import type { Fates } from '../../src/local/fates.ts';
import type { DirectoryOptions } from '../../src/local/simulators/directory-options.ts';
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import {
  memoryChains,
  memoryOrders,
  memoryQueue,
  memoryStates,
  memorySwitches,
} from '../support/memory-stores.ts';
import { accountRouter } from './accounts.ts';
import { budgetsOf } from './budgets.ts';
import { fleetOf, type Fleet, type Member } from './fleet.ts';
import type { Fortune } from './fortune.ts';
import { simulatedHost, type Host } from './host.ts';
import { kernel as makeKernel, type Kernel } from './kernel.ts';
import { obstacleBook, type Obstacles } from './obstacles.ts';
import { oracle as makeOracle, type Oracle } from './oracle/oracle.ts';
import { LawBroken } from './oracle/verdict.ts';
import { simulatedProcess } from './process.ts';
import { distantStorage } from './storage.ts';
import { worldOf } from './worker.ts';
import { served, simulatedWire, type Fate, type Weather } from './wire.ts';

export interface StageOptions {
  readonly fortune: Fortune;
  readonly registrations: number;
  readonly modes: readonly NylasMode[];
  readonly instances: number;
  /** The bound on switches an hour. */
  readonly switchesPerHour: number;
  /** How far the clocks of instances go astray, milliseconds to either side. */
  readonly skewMs: number;
  readonly weather: () => Weather;
  readonly directory?: Partial<DirectoryOptions>;
  /** Told what happens, line by line. */
  readonly record: (line: string) => void;
  readonly passed: (member: Member, report: PassReport | undefined, beganAt: number) => void;
  /** A message for this registration failed so often that it comes no more. */
  readonly poisoned: (key: string) => void;
}

export interface Stage {
  readonly kernel: Kernel;
  readonly fortune: Fortune;
  readonly cloud: Cloud;
  readonly stores: {
    chains: ReturnType<typeof memoryChains>;
    states: ReturnType<typeof memoryStates>;
    orders: ReturnType<typeof memoryOrders>;
    switches: ReturnType<typeof memorySwitches>;
  };
  readonly fleet: Fleet;
  readonly host: Host;
  readonly obstacles: Obstacles;
  readonly oracle: Oracle;
  /** Hosts that answer nothing now. */
  readonly down: Set<string>;
  /** Each may choose the fate of a request that is about to be sent. */
  readonly ambushes: Set<(request: TransportRequest) => Fate | undefined>;
  readonly record: (line: string) => void;
  /** A person changes something: what depends on time is settled before, and the oracle told. */
  byHand(what: string, change: () => void): void;
  /** Runs the next event; judges it. False when nothing is to come. */
  step(): Promise<boolean>;
  /** Judges how all is now. Throws LawBroken. */
  judge(): void;
}

export const startAt = Date.parse('2026-01-05T08:00:00Z');

export function stage(options: StageOptions): Stage {
  const { fortune, record } = options;
  const kernel = makeKernel(startAt);
  const obstacles = obstacleBook(kernel, startAt);
  let upcoming: Fate = 'served';
  let made: readonly Member[] = [];
  const cloud = cloudOf(options, {
    kernel,
    obstacles,
    fate: () => upcoming,
    members: () => made,
    isOrdered: (keyId) => oracle.isOrdered(keyId),
  });
  const fleet = fleetOf({
    cloud,
    random: fortune.random.fork('fleet'),
    now: startAt,
    registrations: options.registrations,
    modes: options.modes,
  });
  const { members } = fleet;
  made = members;
  cloud.directory.settle();
  const oracle: Oracle = makeOracle({
    kernel,
    cloud,
    members,
    obstacles,
    switchesPerHour: options.switchesPerHour,
  });
  const down = new Set<string>();
  const ambushes: Stage['ambushes'] = new Set();
  const budgets = budgetsOf(kernel, fortune);
  let isDirty = false;

  const stores = {
    chains: memoryChains(() => kernel.now()),
    states: memoryStates(),
    orders: memoryOrders(),
    switches: memorySwitches(),
  };
  const queue: ReturnType<typeof memoryQueue> = {
    messages: [],
    async send(message) {
      host.send(message);
      return { ok: true, value: {} };
    },
  };

  async function vendors(request: TransportRequest, fate: Fate): Promise<Response> {
    const { method, body } = request;
    const url = new URL(request.url);
    const headers = new Headers({ ...request.headers });
    oracle.leaves({ method, url, headers, body: body ?? '' });
    if (method !== 'GET') cloud.settle();
    const witness =
      method === 'GET'
        ? undefined
        : oracle.arrives({
            method,
            url,
            authorization: headers.get('authorization') ?? '',
            body: body ?? '',
          });
    const caller = headers.get('authorization') ?? '';
    const isSpent = fate === 'served' && !budgets.admits({ method, url, caller });
    upcoming = isSpent ? 'budget-spent' : fate;
    const reply = await cloud.fetch(
      new Request(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
      }),
    );
    if (reply.status === 200 && url.pathname.endsWith('/oauth2/v2.0/token')) {
      oracle.accepted(new URLSearchParams(body).get('client_secret') ?? '');
    }
    if (witness) {
      record(`${upcoming} ${method} ${url.hostname}${url.pathname} ${reply.status}`);
      witness.done();
      isDirty = true;
    }
    return reply;
  }

  /** What breaks a law ends the step, not the code that did it. */
  function judged(act: () => void): void {
    try {
      act();
    } catch (error) {
      kernel.fail(error);
    }
  }

  const desired = async (): Promise<WantedState> => ({ desired: fleet.desired(), errors: [] });
  let lives = 0;
  const host: Host = simulatedHost({
    kernel,
    fortune,
    weather: options.weather,
    instances: options.instances,
    start(instance, died) {
      lives += 1;
      const skew = fortune.random.fork(`skew/${lives}`);
      const process = simulatedProcess(kernel, {
        name: `${instance}${lives}`,
        skewMs: Math.round((skew.next() * 2 - 1) * options.skewMs),
      });
      record(`${process.name} starts`);
      const common = {
        kernel,
        process,
        fortune,
        weather: options.weather,
        died: () => {
          record(`${process.name} dies`);
          died();
        },
      };
      const storage = distantStorage(
        { ...stores, queue },
        {
          ...common,
          written(port, method, args) {
            for (const text of textsIn(args)) judged(() => oracle.said(`${port}.${method}`, text));
          },
          appended(key, line) {
            judged(() => oracle.appended(key, line));
            record(`${key} ${line.trimEnd()}`);
            isDirty = true;
          },
        },
      );
      return {
        process,
        surroundings: {
          wanted: desired,
          world: worldOf({
            cloud,
            process,
            storage,
            ids: fortune.random.fork(`ids/${lives}`),
            switchesPerHour: options.switchesPerHour,
            log(line) {
              judged(() => oracle.said('log', line));
              record(line);
            },
            wire: (window) =>
              simulatedWire({
                ...common,
                window,
                vendors,
                isDown: (name) => down.has(name),
                ambush: (request) => plannedFate(ambushes, request),
              }),
          }),
        },
      };
    },
    passed(key, report, beganAt) {
      // Time has passed, whether or not anything was written.
      isDirty = true;
      const member = members.find((one) => one.key === key);
      if (member) options.passed(member, report, beganAt);
    },
    poisoned: options.poisoned,
    failed(what, error) {
      if (!isExpected(error)) {
        kernel.fail(defect(kernel, what, error));
        return;
      }
      record(`${what} failed: ${error instanceof Error ? error.message : 'unknown'}`);
    },
    redeliver: (delivery, status) => cloud.redeliver(delivery, status),
  });

  function judge(): void {
    cloud.settle();
    oracle.review();
  }

  let worldTurnsAt = Number.POSITIVE_INFINITY;
  let worldTurn: { cancel(): void } | undefined;

  /** What happens by itself: late writes land, events are delivered. */
  function scheduleWorld(): void {
    const at = cloud.nextAt() ?? Number.POSITIVE_INFINITY;
    if (at === worldTurnsAt) return;
    worldTurn?.cancel();
    worldTurnsAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    worldTurn = kernel.at(at, () => {
      worldTurnsAt = Number.POSITIVE_INFINITY;
      oracle.lands(() => cloud.settle());
      for (const delivery of cloud.takeEvents()) {
        record(`event ${String(delivery.body['eventType'] ?? delivery.body['type'])}`);
        host.deliver(delivery);
      }
      isDirty = true;
    });
  }

  return {
    kernel,
    fortune,
    cloud,
    stores,
    fleet,
    host,
    obstacles,
    oracle,
    down,
    ambushes,
    record,
    byHand(what, change) {
      cloud.settle();
      record(`by hand: ${what}`);
      change();
      cloud.settle();
      oracle.disturbed();
      isDirty = true;
    },
    async step() {
      scheduleWorld();
      const isMore = await kernel.step();
      if (isDirty) {
        isDirty = false;
        judge();
      }
      return isMore;
    },
    judge,
  };
}

function cloudOf(
  options: StageOptions,
  parts: {
    readonly kernel: Kernel;
    readonly obstacles: Obstacles;
    readonly fate: () => Fate;
    readonly members: () => readonly Member[];
    readonly isOrdered: (keyId: string) => boolean;
  },
): Cloud {
  const { kernel, obstacles } = parts;
  const clock: SimulatedClock = {
    now: () => kernel.now(),
    monotonic: () => kernel.now(),
    sleep: async () => undefined,
    advance: () => undefined,
    jumpTo: () => undefined,
    flow: () => undefined,
    sync: () => undefined,
  };
  const fates: Fates = {
    serve: (simulator, request) =>
      served(simulator, request, { fate: parts.fate(), now: kernel.now() }),
    reachableSince: () => startAt,
    setLevel: () => undefined,
  };
  return simulatedCloud({
    clock,
    seed: options.fortune.random.fork('cloud').hex(16),
    faults: 'heavy',
    untilAt: startAt,
    machineNow: () => kernel.now(),
    fates,
    isOrdered: parts.isOrdered,
    account: (truth) => accountRouter({ truth, obstacles, members: parts.members }),
    ...(options.directory ? { directory: options.directory } : {}),
  });
}

function plannedFate(ambushes: Stage['ambushes'], request: TransportRequest): Fate | undefined {
  for (const ambush of ambushes) {
    const fate = ambush(request);
    if (fate) return fate;
  }
  return undefined;
}

/** All texts in what a storage call was given. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value === undefined ? [] : [JSON.stringify(value)];
}

/** A handler may throw where it says so: then the message or event comes again. */
function isExpected(error: unknown): boolean {
  if (error instanceof LawBroken) return false;
  return (
    error instanceof Error &&
    / cannot be (?:read|written): |does not take messages/.test(error.message)
  );
}

function defect(kernel: Kernel, what: string, error: unknown): Error {
  if (error instanceof LawBroken) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new LawBroken({
    law: 'defect',
    at: kernel.now(),
    detail: `${what}: ${text.slice(0, 600)}`,
  });
}
