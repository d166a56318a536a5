/** Keeper's HTTP surfaces as its users reach them: with the addresses and keys of its invitation. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { KeeperProcess } from './keeper-process.ts';

const waitMs = 30_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A registration as `GET /api/status` shows it. */
export interface ShownRegistration {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly appId: string | null;
  readonly lookedAt: string;
  readonly credential: { readonly keyId: string; readonly expiresAt: string } | null;
  readonly connectors: readonly { readonly id: string; readonly keyId: string | null }[];
}

/** The answer to an order. */
export interface OrderAnswer {
  readonly order: string;
  readonly result: string;
  readonly registration: string;
  readonly at: string;
  readonly state: string;
  readonly did: readonly string[];
  readonly plan?: { readonly steps: readonly { readonly kind: string }[] };
}

export interface Api {
  readonly url: string;
  /** Everything that was answered so far, headers and bodies. */
  readonly answers: readonly string[];
  /** The example event of the invitation. */
  readonly event: Readonly<Record<string, unknown>>;
  /** With the key unless the headers have another. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  resync(body: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Posts to the endpoint of Event Grid. */
  deliver(body: string, key?: string): Promise<Answer>;
  /** Turns the control that makes a secret end soon. */
  age(registration: string, days: number): Promise<Answer>;
  shown(registration: string): Promise<ShownRegistration>;
  /** Orders a re-sync, and waits for the answer. What was sent before has been worked off then. */
  resynced(registration: string, mode: 'plan' | 'apply'): Promise<OrderAnswer>;
  /** Waits until a place that an accepted order named has its answer. */
  answerAt(look: string): Promise<OrderAnswer>;
}

/** Waits for the invitation, and takes it. */
export async function apiOf(keeper: KeeperProcess): Promise<Api> {
  const [, url = ''] = await keeper.tells(
    /Keeper runs at (http:\/\/127\.0\.0\.1:\d+) until Ctrl-C/,
  );
  const [, headersFile = ''] = await keeper.tells(/-H @(\S+)/);
  const [, authorization = ''] =
    /^authorization: (.+)$/m.exec(readFileSync(headersFile, 'utf8')) ?? [];
  const [, controls = ''] = await keeper.tells(/'(http:\/\/127\.0\.0\.1:\d+)\/age\?/);
  const [, events = '', webhook = '', systemKey = ''] = await keeper.tells(
    /-d '(\[\{.*\}\])' '(\S+)&code=([\w-]+)'/,
  );
  const [event] = JSON.parse(events) as readonly Readonly<Record<string, unknown>>[];
  const answers: string[] = [];

  async function ask(address: string, init: RequestInit): Promise<Answer> {
    const reply = await fetch(address, init);
    const text = await reply.text();
    answers.push(JSON.stringify([...reply.headers]), text);
    return { status: reply.status, headers: reply.headers, text };
  }

  const keyed = { authorization, 'content-type': 'application/json' };

  async function get(path: string, headers: Readonly<Record<string, string>> = keyed) {
    return ask(`${url}${path}`, { headers });
  }

  async function resync(body: string, headers: Readonly<Record<string, string>> = keyed) {
    return ask(`${url}/api/resync`, { method: 'POST', headers, body });
  }

  async function answerAt(look: string): Promise<OrderAnswer> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      const { status, text } = await get(look);
      if (status === 200) return JSON.parse(text) as OrderAnswer;
      if (performance.now() > untilMs) throw new Error(`No answer at ${look}: ${text}`);
      await pause(50);
    }
  }

  return {
    url,
    answers,
    event: event ?? {},
    get,
    resync,
    answerAt,
    deliver: (body, key = systemKey) =>
      ask(`${webhook}&code=${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
    age: (registration, days) =>
      ask(`${controls}/age?registration=${registration}&days=${days}`, { method: 'POST' }),
    async shown(registration) {
      const { text } = await get(`/api/status?registration=${registration}`);
      const { registrations } = JSON.parse(text) as { registrations: ShownRegistration[] };
      const [one] = registrations;
      if (!one) throw new Error(`Not shown: ${registration}`);
      return one;
    },
    async resynced(registration, mode) {
      const { headers, status, text } = await resync(JSON.stringify({ registration, mode }));
      if (status !== 202) throw new Error(`Not accepted: ${text}`);
      return answerAt(headers.get('location') ?? '');
    },
  };
}
