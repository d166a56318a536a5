/**
 * Role: the beginning of a story is lived through once for each casting, by Keeper itself. Whoever
 * tells the story afterwards takes it up: a fresh world is sent the same writes at the same instants,
 * with the same draws, and gets the same storage. Only Keeper's own work is left out, and its reads.
 */
import type { Transport, TransportRequest } from '../../src/clients/transport.ts';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import { cloudHosts, keeperIdentity, type Cloud } from '../../src/local/cloud.ts';
import { says, type ModeQuestion, type NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import { tenant, type Tenant, type TenantOptions } from '../support/tenant.ts';
import { modeWatch } from './mode-watch.ts';
import { modeName } from './modes.ts';
import { stories, storyWishes, type StoryName } from './stories.ts';
import { streamsOf, type Positions, type Streams } from './streams.ts';

export const audiences = ['organizations-and-personal', 'organizations'] as const;
type Audience = (typeof audiences)[number];

/** Which story, for whom. */
export interface Part {
  readonly story: StoryName;
  readonly audience: Audience;
}

/** The same at a Nylas of one mode. */
export interface Casting extends Part {
  readonly mode: NylasMode;
}

/** A customer, and what all that is drawn for them comes from. */
export interface Ground {
  readonly customer: Tenant;
  readonly streams: Streams;
}

interface Beginning {
  /** One for each time that Keeper lived in it. */
  readonly stretches: readonly Stretch[];
  /** What the mode was asked by then. */
  readonly heard: readonly ModeQuestion[];
}

/** What came of Keeper's living on for a while. */
interface Stretch {
  readonly steps: readonly Step[];
  readonly report: PassReport;
  readonly endAt: number;
  readonly positions: Positions;
  readonly stored: Stored;
}

/** Something that changed the world: whatever request is not a read, or the taking of events. */
interface Step {
  readonly at: number;
  readonly positions: Positions;
  readonly request?: TransportRequest;
}

const known = new Map<string, Promise<Beginning>>();

/** A customer for this story. `mode` may stand for the casting's own, to hear what it is asked. */
export function ground(
  { story }: Casting,
  { mode, ...more }: Omit<TenantOptions, 'modes'> & { readonly mode: NylasMode },
): Ground {
  const streams = streamsOf(1);
  const modes = Array.from({ length: stories[story].connectors }, () => mode);
  const customer = tenant({ wire: barewire, ...more, modes, random: streams.random });
  return { customer, streams };
}

/**
 * Takes the beginning up: the ground is left as Keeper left it. Gives the wishes from then on.
 * @throws Error when the writes, sent again, do not give what they gave.
 */
export async function takeUp(
  casting: Casting,
  { customer, streams }: Ground,
  mode: NylasMode,
): Promise<DesiredRegistration> {
  const name = [casting.story, casting.audience, modeName(casting.mode)].join();
  const beginning = known.get(name) ?? liveThrough(casting);
  known.set(name, beginning);
  const { stretches, heard } = await beginning;
  for (const question of heard) says(mode, question);
  const left = stretches[Symbol.iterator]();
  return begin(casting, {
    ...customer,
    async live() {
      const { value: stretch } = left.next();
      if (!stretch) throw new Error('The beginning is longer than it was');
      await passAgain(stretch, { customer, streams });
      return stretch.report;
    },
  });
}

/** The beginning with Keeper at work. */
export async function livedThrough(casting: Casting, { customer }: Ground): Promise<void> {
  await begin(casting, customer);
}

async function begin({ story, audience }: Part, customer: Tenant): Promise<DesiredRegistration> {
  return stories[story].begin(customer, customer.wish({ ...storyWishes, audience }));
}

async function liveThrough(casting: Casting): Promise<Beginning> {
  const watch = modeWatch(casting.mode);
  const stretches: Stretch[] = [];
  let steps: Step[] = [];
  const note = (request?: TransportRequest): void => {
    const now = { at: customer.clock.now(), positions: streams.positions() };
    steps.push(request ? { ...now, request } : now);
  };
  const wire = (fetch: Cloud['fetch']): Transport => {
    const carry = barewire(fetch);
    return (request) => {
      if (request.method !== 'GET') note(request);
      return carry(request);
    };
  };
  const { customer, streams } = ground(casting, { mode: watch.mode, wire });
  const takeEvents = customer.cloud.takeEvents.bind(customer.cloud);
  Object.assign(customer.cloud, {
    takeEvents() {
      note();
      return takeEvents();
    },
  });
  await begin(casting, {
    ...customer,
    async live(...given) {
      steps = [];
      const report = await customer.live(...given);
      const endAt = customer.clock.now();
      const stored = storedBy(customer);
      stretches.push({ steps, report, endAt, positions: streams.positions(), stored });
      // What happens from here on is not of this stretch.
      steps = [];
      return report;
    },
  });
  return { stretches, heard: watch.heard() };
}

async function passAgain(stretch: Stretch, { customer, streams }: Ground): Promise<void> {
  const { cloud, clock } = customer;
  const token = tokens(cloud);
  for (const { at, positions, request } of stretch.steps) {
    streams.catchUp(positions);
    clock.jumpTo(at);
    if (request) await cloud.fetch(again(request, token(request.url)));
    else cloud.takeEvents();
  }
  streams.catchUp(stretch.positions);
  clock.jumpTo(stretch.endAt);
  cloud.settle();
  await restore(customer, stretch.stored);
}

function again({ method, url, headers, body }: TransportRequest, more: Headed): Request {
  return new Request(url, {
    method,
    headers: { ...headers, ...more },
    ...(body === undefined ? {} : { body }),
  });
}

type Headed = Readonly<Record<string, string>>;

/** Keeper's tokens; those of another world mean nothing in this one. */
function tokens({ directory }: Cloud): (url: string) => Headed {
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
