/**
 * Role: the network between one process and the simulated vendors. A request is an event: it leaves,
 * arrives, is carried out or not, and is answered or not, while other workers go on. Each fate that
 * a real request can have is drawn here; so are the moments at which the process sleeps or dies.
 */
import { totalMs } from '../../src/clients/limits.ts';
import type { SendWindow } from '../../src/clients/send-window.ts';
import {
  TransportError,
  type Transport,
  type TransportReply,
  type TransportRequest,
} from '../../src/clients/transport.ts';
import type { Landing } from '../../src/local/fates.ts';
import type { Simulator } from '../../src/local/simulators/simulator.ts';
import type { Fortune } from './fortune.ts';
import type { Kernel } from './kernel.ts';
import type { SimulatedProcess } from './process.ts';

/** What befalls a request on its way. */
export type Fate =
  | 'served'
  /** The connection breaks before anything is done. */
  | 'cut-before'
  /** Done; the connection breaks before the answer. */
  | 'cut-after'
  /** 500 or 503, not done. */
  | 'failed-500'
  | 'failed-503'
  /** Done, and yet the answer is 500 or 503; or a gateway says 504. */
  | 'done-500'
  | 'done-503'
  | 'done-504'
  /** 429, not done: come again after some seconds, at a time, or nothing is said. */
  | 'throttled-seconds'
  | 'throttled-date'
  | 'throttled-silent'
  /** The same, since a budget is spent. */
  | 'budget-spent'
  /** Done after some seconds. */
  | 'slow'
  /** Done, answered after our time limit. */
  | 'answered-late'
  /** Never arrives. */
  | 'swallowed'
  /** Nylas only: 504 now, done two minutes later. */
  | 'lands-late'
  /** The vendor is down. */
  | 'down';

/** Fates that strike by chance, with their share among them. */
const chanceFates: readonly (readonly [fate: Fate, share: number])[] = [
  ['cut-before', 4],
  ['cut-after', 8],
  ['failed-500', 2],
  ['failed-503', 4],
  ['done-500', 3],
  ['done-503', 3],
  ['done-504', 5],
  ['throttled-seconds', 2],
  ['throttled-date', 1],
  ['throttled-silent', 2],
  ['slow', 6],
  ['answered-late', 4],
  ['swallowed', 2],
  ['lands-late', 20],
];

/** The kinds of mishaps on the wire, as they are counted. */
export const networkKinds: readonly string[] = chanceFates.map(([fate]) => networkKind(fate));

function networkKind(fate: Fate): string {
  return `network/${fate}`;
}

/** How likely mishaps are, in the phase that it is. */
export interface Weather {
  /** Chance that a read has an odd fate. */
  readonly read: number;
  /** Chance that a write has. */
  readonly write: number;
  /** Chance that the process dies at a write. */
  readonly death: number;
  /** Chance that it sleeps at a write. */
  readonly sleep: number;
}

export interface WireOptions {
  readonly kernel: Kernel;
  readonly process: SimulatedProcess;
  readonly fortune: Fortune;
  readonly weather: () => Weather;
  readonly window: SendWindow;
  /** Carries a request out at a vendor, with its fate. Throws nothing. */
  readonly vendors: (request: TransportRequest, fate: Fate) => Promise<Response>;
  /** True when no request gets through to that host now. */
  readonly isDown: (host: string) => boolean;
  /** The fate that somebody has planned for this request. */
  readonly ambush: (request: TransportRequest) => Fate | undefined;
  /** Tells that the process died, so that another may take its place. */
  readonly died: () => void;
}

/** A transport over the simulated network. */
export function simulatedWire(options: WireOptions): Transport {
  const { kernel, process, fortune, weather, window } = options;
  const latency = fortune.random.fork(`latency/${process.name}`);
  const guarded = window.guard((request) => send(options, request, 10 + latency.int(90)));

  return async (request) => {
    if (isWrite(request)) {
      const { death, sleep } = weather();
      if (death > 0 && fortune.strikes('death-before-send', death / 2)) {
        process.kill();
        options.died();
        return never();
      }
      if (sleep > 0 && fortune.strikes('sleep-before-send', sleep / 2)) {
        process.sleepUntil(kernel.now() + sleepMs(fortune));
        await process.wait(0);
      }
    }
    return guarded(request);
  };
}

/** Minutes to more than an hour. */
export function sleepMs(fortune: Fortune): number {
  return 60_000 * (1 + fortune.random.fork(`sleep/${fortune.struck}`).int(90));
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function send(
  options: WireOptions,
  request: TransportRequest,
  latencyMs: number,
): Promise<TransportReply> {
  const { kernel, process, fortune } = options;
  const fate = drawFate(options, request);
  const arrives = fate !== 'swallowed' && fate !== 'cut-before';
  const death = options.weather().death / 2;
  const dies = arrives && isWrite(request) && fortune.strikes('death-after-send', death);
  return new Promise((resolve, reject) => {
    const limit = kernel.after(totalMs, () =>
      process.deliver(() => reject(new TransportError('timeout'))),
    );
    const settle = (act: () => void): void => {
      limit.cancel();
      process.deliver(act);
    };
    if (fate === 'swallowed') return;
    if (fate === 'cut-before') {
      kernel.after(latencyMs, () =>
        settle(() => reject(new TransportError('broken', 'ECONNRESET'))),
      );
      return;
    }
    kernel.after(latencyMs + arrivalMs(fate, latencyMs), () => {
      kernel.during(
        answer(options, request, { fate, dies }, (reply) =>
          settle(() => {
            if (fate === 'cut-after') reject(new TransportError('broken', 'ECONNRESET'));
            else resolve(reply);
          }),
        ),
      );
    });
  });
}

/** The vendor does its part; the answer goes out, unless nobody is there to hear it in time. */
async function answer(
  options: WireOptions,
  request: TransportRequest,
  { fate, dies }: { readonly fate: Fate; readonly dies: boolean },
  reach: (reply: TransportReply) => void,
): Promise<void> {
  const reply = await carriedOut(options, request, fate);
  if (dies) {
    options.process.kill();
    options.died();
  } else if (fate !== 'answered-late') {
    reach(reply);
  }
}

/** A slow vendor takes up to 28 s, which is still in time; a late one longer than we wait. */
function arrivalMs(fate: Fate, latencyMs: number): number {
  if (fate === 'slow') return latencyMs * 280;
  return fate === 'answered-late' ? 5_000 : 0;
}

async function carriedOut(
  { vendors }: WireOptions,
  request: TransportRequest,
  fate: Fate,
): Promise<TransportReply> {
  const reply = await vendors(request, fate);
  return {
    status: reply.status,
    headers: Object.fromEntries(reply.headers),
    body: reply.body === null ? '' : await reply.text(),
  };
}

function drawFate(options: WireOptions, request: TransportRequest): Fate {
  const { fortune, weather, isDown } = options;
  const { hostname } = new URL(request.url);
  if (isDown(hostname))
    return fortune.random
      .fork(`down/${options.kernel.steps}`)
      .pick(['down', 'down', 'cut-before', 'swallowed']);
  const planned = options.ambush(request);
  if (planned) return planned;
  const chance = isWrite(request) ? weather().write : weather().read;
  if (chance === 0 || !fortune.happens(chance)) return 'served';
  const fate = oneOf(fortune, hostname.includes('nylas') && request.method === 'PATCH');
  fortune.met(networkKind(fate));
  return fate;
}

/** Few writes can land late: to those it happens often, to all others never. */
function oneOf(fortune: Fortune, mayLandLate: boolean): Fate {
  const random = fortune.random.fork(`fate/${fortune.struck}`);
  const fates = chanceFates.filter(([fate]) => mayLandLate || fate !== 'lands-late');
  const total = fates.reduce((sum, [, share]) => sum + share, 0);
  let drawn = random.next() * total;
  for (const [fate, share] of fates) {
    drawn -= share;
    if (drawn < 0) return fate;
  }
  return 'failed-503';
}

/** Everything but GET, and but the token endpoint, which changes nothing. */
function isWrite({ method, url }: Pick<TransportRequest, 'method' | 'url'>): boolean {
  return method !== 'GET' && !url.includes('/oauth2/');
}

/** What a vendor that throttles asks to wait: seconds, or until a time this much later. */
const waitSeconds = 30;
const waitUntilMs = 90_000;

/** A simulator's answer to a request with a fate, at an instant. */
export async function served(
  simulator: Simulator & Landing,
  request: Request,
  { fate, now }: { readonly fate: Fate; readonly now: number },
): Promise<Response> {
  switch (fate) {
    case 'down':
    case 'failed-503':
      return simulator.refusal(503);
    case 'failed-500':
      return simulator.refusal(500);
    case 'throttled-seconds':
    case 'budget-spent':
      return simulator.refusal(429, waitSeconds);
    case 'throttled-date':
      return dated(simulator.refusal(429), now);
    case 'throttled-silent':
      return simulator.refusal(429);
    case 'done-500':
    case 'done-503':
    case 'done-504':
      await simulator.fetch(request);
      return simulator.refusal(Number(fate.slice('done-'.length)));
    case 'lands-late':
      return simulator.landLater && request.method === 'PATCH'
        ? simulator.landLater(request)
        : simulator.fetch(request);
    case 'served':
    case 'cut-before':
    case 'cut-after':
    case 'slow':
    case 'answered-late':
    case 'swallowed':
      return simulator.fetch(request);
  }
}

/** Retry-After as an HTTP date, which is told from the reply's own. */
function dated(reply: Response, now: number): Response {
  reply.headers.set('date', new Date(now).toUTCString());
  reply.headers.set('retry-after', new Date(now + waitUntilMs).toUTCString());
  return reply;
}
