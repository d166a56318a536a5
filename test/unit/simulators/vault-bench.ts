/** Role: what the tests of the simulated vault share: one vault, and calls to it. */
import { expect } from 'vitest';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import {
  type SimulatedVaultOptions,
  simulatedVault,
} from '../../../src/local/simulators/vault-simulator.ts';

export const origin = 'https://demo.vault.localhost:8443';
export const start = Date.UTC(2026, 0, 1);

export interface Body {
  value?: string;
  id?: string;
  nextLink?: string | null;
  attributes?: Record<string, unknown>;
  tags?: Record<string, string>;
  contentType?: string;
  recoveryId?: string;
  error?: { code: string; message: string; innererror?: { code: string } };
}

export function bench(options: Partial<SimulatedVaultOptions> = {}, seed = 1) {
  const clock = { at: start };
  const vault = simulatedVault(
    { now: () => clock.at, random: seededRandom(seed) },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/tenant',
      resource: 'https://vault.localhost',
      accepts: (token) => (token === 'reader' ? 'forbidden' : token !== 'stranger'),
      ...options,
    },
  );

  async function call(
    method: string,
    path: string,
    { body, token = 'keeper' }: { body?: unknown; token?: string } = {},
  ) {
    const url = path.startsWith('https:')
      ? path
      : `${origin}${path}${path.includes('?') ? '&' : '?'}api%2Dversion=2026-04-01`;
    const response = await vault.fetch(
      new Request(url, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body & { value: never },
      text,
    };
  }

  return { vault, call, clock };
}

export function inner(body: Body) {
  return [body.error?.code, body.error?.innererror?.code];
}

export async function listAll(call: ReturnType<typeof bench>['call'], path: string) {
  const pages: Body[][] = [];
  for (let next: string | null = path; next !== null;) {
    // oxlint-disable-next-line no-await-in-loop
    const { status, text } = await call('GET', next);
    expect(status).toBe(200);
    const page = JSON.parse(text) as { value: Body[]; nextLink: string | null };
    pages.push(page.value);
    next = page.nextLink;
  }
  return pages;
}
