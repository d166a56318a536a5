/** A collector of OTLP on this machine, that keeps what it is sent, or treats its senders badly. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Manner =
  | 'take'
  /** Never answers. */
  | 'hang'
  /** Answers 500. */
  | 'fail'
  /** Answers 503, which asks for another try. */
  | 'later';

/** One request, as it came. */
export interface Delivery {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** One point of one metric. */
export interface Point {
  readonly metric: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of the process that sent it. */
  readonly resource: Readonly<Record<string, string>>;
  /** Which delivery it came with, from 0. */
  readonly delivery: number;
}

export interface Collector {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** Of deliveries in JSON. */
  readonly points: (metric?: string) => readonly Point[];
  /** Waits until something holds. */
  until(holds: (collector: Collector) => boolean): Promise<void>;
  close(): Promise<void>;
}

const waitMs = 60_000;

/** Starts one on any port. */
export async function startCollector(manner: Manner = 'take'): Promise<Collector> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    void receive(request, response);
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const body = Buffer.concat(pieces).toString('utf8');
    deliveries.push({ path: request.url ?? '', headers: request.headers, body });
    if (manner === 'hang') return;
    const status = { take: 200, fail: 500, later: 503 }[manner];
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    points: (metric) => {
      const all = deliveries.flatMap(({ body }, delivery) => pointsIn(body, delivery));
      return metric === undefined ? all : all.filter((one) => one.metric === metric);
    },
    async until(holds) {
      const untilMs = performance.now() + waitMs;
      while (!holds(collector)) {
        if (performance.now() > untilMs) throw new Error('the collector waited in vain');
        await pause(10);
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return collector;
}

/** An address of this machine where nobody listens. */
export async function deadUrl(): Promise<string> {
  const collector = await startCollector();
  await collector.close();
  return collector.url;
}

interface WireAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface WirePoint {
  readonly attributes?: readonly WireAttribute[];
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly count?: number | string;
}

interface WirePoints {
  readonly dataPoints: readonly WirePoint[];
}

interface WireMetric {
  readonly name: string;
  readonly unit: string;
  readonly gauge?: WirePoints;
  readonly sum?: WirePoints;
  readonly histogram?: WirePoints;
}

interface WireBody {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes?: readonly WireAttribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  }[];
}

function pointsIn(body: string, delivery: number): Point[] {
  const { resourceMetrics } = JSON.parse(body) as WireBody;
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((metric) =>
        (['gauge', 'sum', 'histogram'] as const).flatMap((kind) =>
          (metric[kind]?.dataPoints ?? []).map((point): Point => ({
            metric: metric.name,
            unit: metric.unit,
            kind,
            attributes: textsOf(point.attributes),
            // Of a histogram, how many there were.
            value: Number(point.asDouble ?? point.asInt ?? point.count),
            resource: textsOf(resource.attributes),
            delivery,
          })),
        ),
      ),
    ),
  );
}

function textsOf(attributes: readonly WireAttribute[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']));
}
