/**
 * Role: takes down what Keeper's work for a while came to, so that another world of the same seed can
 * be brought to where it left this one: sent the same writes at the same instants, with the same draws,
 * and given the same storage. What is left out is Keeper's own work, and its reads.
 */
import type { Transport, TransportRequest } from '../../src/clients/transport.ts';
import { cloudHosts, keeperIdentity, type Cloud } from '../../src/local/cloud.ts';
import { says } from '../../src/local/simulators/nylas-modes.ts';
import type { Tenant } from '../support/tenant.ts';
import type { Heard, ModeWatch } from './mode-watch.ts';
import type { Positions, Streams } from './streams.ts';

/** A customer, what all that is drawn for them comes from, and what their Nylas is asked. */
export interface Ground {
  readonly customer: Tenant;
  readonly streams: Streams;
  readonly watch: ModeWatch;
  readonly notes: Notes;
  /** Headers that go with a request, besides its own. */
  readonly token: (url: string) => Headed;
}

/** What came of some work. */
export interface Stretch<Result> {
  readonly result: Result;
  readonly beganAt: number;
  readonly endAt: number;
  readonly steps: readonly Step[];
  readonly positions: Positions;
  readonly stored: Stored;
  /** What the mode of Nylas was asked by its end. */
  readonly heard: readonly Heard[];
}

/** Something that changed the world: whatever request is not a read, or the taking of events. */
interface Step {
  readonly at: number;
  readonly positions: Positions;
  readonly request?: SentRequest;
}

/** A request, and how it was answered. */
interface SentRequest extends TransportRequest {
  readonly status: number;
}

/** The steps since they were last taken. */
export interface Notes {
  note(step: Step): void;
  take(): readonly Step[];
}

export function notes(): Notes {
  let steps: Step[] = [];
  return {
    note: (step) => void steps.push(step),
    take() {
      const taken = steps;
      steps = [];
      return taken;
    },
  };
}

/** Sees the requests of a ground, and the taking of events. `wire` and `over` go to what it is made of. */
export function witness(ground: () => Ground) {
  const now = (): Pick<Step, 'at' | 'positions'> => {
    const { customer, streams } = ground();
    return { at: customer.clock.now(), positions: streams.positions() };
  };
  return {
    wire: (fetch: Cloud['fetch']): Transport => {
      const carry = barewire(fetch);
      return async (request) => {
        const { signal: _signal, ...sent } = request;
        if (sent.method === 'GET') return carry(request);
        const when = now();
        const reply = await carry(request);
        ground().notes.note({ ...when, request: { ...sent, status: reply.status } });
        return reply;
      };
    },
    over: (cloud: Cloud): void => {
      const takeEvents = cloud.takeEvents.bind(cloud);
      Object.assign(cloud, {
        takeEvents() {
          ground().notes.note(now());
          return takeEvents();
        },
      });
    },
  };
}

/** Does the work, and takes down what it came to. */
export async function takenDown<Result>(
  { customer, streams, watch, notes: steps }: Ground,
  work: () => Promise<Result>,
): Promise<Stretch<Result>> {
  // What happened by other hands since the last stretch happens again by itself.
  steps.take();
  const beganAt = customer.clock.now();
  const result = await work();
  return {
    result,
    beganAt,
    endAt: customer.clock.now(),
    steps: steps.take(),
    positions: streams.positions(),
    stored: storedBy(customer),
    heard: watch.heard(),
  };
}

/**
 * Brings a world to the end of a stretch, at whose beginning it is.
 * @throws Error when it is not.
 */
export async function passAgain(
  stretch: Stretch<unknown>,
  { customer, streams, watch, notes: steps, token }: Ground,
): Promise<void> {
  const { cloud, clock } = customer;
  for (const [question, answer] of stretch.heard) {
    if (says(watch.mode, question) !== answer) throw new Error(`${question} has another answer`);
  }
  for (const { at, positions, request } of stretch.steps) {
    streams.catchUp(positions);
    clock.jumpTo(at);
    if (!request) {
      cloud.takeEvents();
      continue;
    }
    const { status } = await cloud.fetch(again(request, token(request.url)));
    if (status !== request.status)
      throw new Error(`Answered with ${status}, not ${request.status}`);
  }
  streams.catchUp(stretch.positions);
  clock.jumpTo(stretch.endAt);
  if (clock.now() !== stretch.endAt) throw new Error('The stretch took longer than it did');
  cloud.settle();
  await restore(customer, stretch.stored);
  steps.take();
}

type Headed = Readonly<Record<string, string>>;

function again({ method, url, headers, body }: TransportRequest, more: Headed): Request {
  return new Request(url, {
    method,
    headers: { ...headers, ...more },
    ...(body === undefined ? {} : { body }),
  });
}

/** Tokens for what is sent again: those of another world mean nothing in this one. */
export function tokensOf({ directory }: Cloud): Ground['token'] {
  const held = [cloudHosts.graph, cloudHosts.vaultSuffix].map((host) => ({
    host,
    text: directory.tokenFor(keeperIdentity.principalId, `https://${host}`),
  }));
  return (url) => {
    const token = held.find(({ host }) => new URL(url).hostname.endsWith(host));
    return token ? { authorization: `Bearer ${token.text}` } : {};
  };
}

/** What is in storage, apart from the chains' own book-keeping. */
type Stored = ReturnType<typeof storedBy>;

function storedBy({ stores }: Tenant) {
  const { chains, states, orders, switches, queue } = stores;
  return {
    chains: [...chains.texts],
    bodies: [...states.bodies],
    heads: [...states.heads],
    waiting: [...orders.waiting],
    results: [...orders.results],
    taken: [...switches.taken],
    messages: [...queue.messages],
  };
}

async function restore({ stores }: Tenant, stored: Stored): Promise<void> {
  const { chains, states, orders, switches, queue } = stores;
  for (const [key, text] of stored.chains) {
    let offset = chains.texts.get(key)?.length ?? 0;
    for (const line of text.slice(offset).split(/(?<=\n)/)) {
      if (line === '') continue;
      await chains.append(key, { blob: 1, offset, blocks: 0 }, line);
      offset += line.length;
    }
  }
  refill(states.bodies, stored.bodies);
  refill(states.heads, stored.heads);
  refill(orders.waiting, stored.waiting);
  refill(orders.results, stored.results);
  refill(switches.taken, stored.taken);
  queue.messages.splice(0, queue.messages.length, ...stored.messages);
}

function refill<Key, Value>(
  map: Map<Key, Value>,
  entries: readonly (readonly [Key, Value])[],
): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/** No time limits and no streams: a hundred thousand stories are told over it. */
function barewire(fetch: Cloud['fetch']): Transport {
  return async (request) => {
    const reply = await fetch(again(request, {}));
    const text = reply.body === null ? '' : await reply.text();
    return { status: reply.status, headers: Object.fromEntries(reply.headers), body: text };
  };
}
