/** Role: what the tests of simulated Nylas share: one region with one application, and calls to it. */
import { expect } from 'vitest';
import type { NylasMode } from '../../../src/local/simulators/nylas-modes.ts';
import {
  type SimulatedNylas,
  simulatedNylas,
} from '../../../src/local/simulators/nylas-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';

export const start = Date.UTC(2026, 0, 1);
export const plain: NylasMode = {
  clientIdReturned: true,
  settings: 'merge',
  grantsFollow: true,
  updateReaches: 'active',
};
export const settings = { client_id: 'app', client_secret: 'hush-1', tenant: 'common' };

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: {
    request_id?: string;
    data?: never;
    error?: { type: string; provider_error?: { error: string } };
  };
}

export function bench(mode: Partial<NylasMode> = {}, seed = 1) {
  const clock = { at: start };
  const dead = new Set<string>();
  const nylas = simulatedNylas(
    { now: () => clock.at, random: seededRandom(seed) },
    {
      region: 'us',
      truth: {
        accepts: (_, secret) =>
          dead.has(secret) ? { ok: false, why: 'removed-by-hand' } : { ok: true },
        endsAt: () => undefined,
      },
    },
  );
  const { id, apiKey } = nylas.hand.addApplication({ mode: { ...plain, ...mode } });

  async function call(method: string, path: string, body?: unknown, key = apiKey): Promise<Reply> {
    return read(await nylas.fetch(request(method, path, body, key)));
  }

  function request(method: string, path: string, body?: unknown, key = apiKey): Request {
    return new Request(`https://api.us.nylas.localhost${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** The text of the secret that new sign-ins use. */
  function held(): string | undefined {
    return nylas.hand.activeRecord(id)?.data.clientSecret;
  }

  return { nylas, call, request, clock, dead, id, apiKey, held };
}

export async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : {},
  };
}

export async function created(mode: Partial<NylasMode> = {}) {
  const world = bench(mode);
  const reply = await world.call('POST', '/v3/connectors', { provider: 'microsoft', settings });
  expect(reply.status).toBe(201);
  return world;
}

export function activeIdOf(nylas: SimulatedNylas, id: string): string {
  return nylas.hand.activeRecord(id)!.id;
}
