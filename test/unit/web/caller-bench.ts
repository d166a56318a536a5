/**
 * Role: Keeper's HTTP surface in one process, with a simulated Entra behind it and a clock in hand:
 * requests go in as they come off the wire, real tokens included.
 */
import { signingKeys, type SigningKeysOptions } from '../../../src/clients/signing-keys.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import type { LogFields } from '../../../src/reconcile/world.ts';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { simulatedDirectory } from '../../../src/local/simulators/directory-state.ts';
import type { TokenWish } from '../../../src/local/simulators/entra-operator-token.ts';
import type { ForgedKind } from '../../../src/local/simulators/entra-forged-token.ts';
import {
  signingKeyRing,
  type SigningKeyRing,
} from '../../../src/local/simulators/entra-signing-keys.ts';
import { simulatedEntra } from '../../../src/local/simulators/entra-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { verifyCaller, type Caller, type CallerOptions } from '../../../src/web/caller.ts';
import { json } from '../../../src/web/reply.ts';
import { resync } from '../../../src/web/resync.ts';
import { status } from '../../../src/web/status.ts';
import { webDesired, webWorld } from '../../support/hostile-web.ts';

const loginUrl = 'https://login.microsoftonline.com';
export const clientId = 'c0ffee00-0000-4000-8000-00000000000a';
export const operator = 'ab5e17e0-0000-4000-8000-0000000000ee';
export const site = 'https://keeper.example';

/** What a request may carry. */
export interface Ask {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly host?: string;
}

export interface Told {
  readonly line: string;
  readonly fields: LogFields;
}

/** Keys for all who do not roll them: they take long to make, and tenants do share them. */
const sharedKeys = signingKeyRing();

export interface Setting {
  /** Another seed, another tenant. */
  readonly seed?: string;
  readonly ring?: SigningKeyRing;
  /** The way to Entra, in place of the simulator's. */
  readonly transport?: SigningKeysOptions['transport'];
}

/** The whole of it. `changes` go to what callers are verified with. */
export function operatorApi(
  changes: Partial<CallerOptions> = {},
  { seed = 'tests', ring = sharedKeys, transport }: Setting = {},
) {
  let at = Date.parse('2026-11-24T09:00:00Z');
  const surroundings = { now: () => at, random: seededRandom(seed) };
  const directory = simulatedDirectory(surroundings, CALM);
  const entra = simulatedEntra(directory, surroundings, { keys: ring });
  const wait = (ms: number): void => void (at += ms);
  const asked: string[] = [];
  const clock = { now: surroundings.now, monotonic: surroundings.now };
  const world = { ...webWorld(), clock: { ...clock, sleep: async () => undefined } };
  const log: Told[] = [];
  const callers: Caller[] = [];
  const keys = signingKeys({
    authority: loginUrl,
    tenantId: directory.tenantId,
    clock,
    transport:
      transport ??
      fetchTransport((request) => {
        asked.push(new URL(request.url).pathname);
        return entra.fetch(request);
      }),
  });
  const options: CallerOptions = {
    loginUrl,
    tenantId: directory.tenantId,
    clientId,
    keys,
    clock,
    log: { warn: (line, fields = {}) => void log.push({ line, fields }) },
    ...changes,
  };

  /** As the deployed functions do: who calls, then the route. */
  async function answer(request: Request) {
    const { pathname, searchParams } = new URL(request.url);
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    const body = isChange ? await request.text() : '';
    const { method, url, headers } = request;
    const verified = await verifyCaller(
      { method, url, headers, hasBody: body !== '' },
      { role: isChange ? 'Keeper.Operate' : 'Keeper.Read', takesForms: pathname === '/form' },
      options,
    );
    if (!verified.ok) return verified.reply;
    callers.push(verified.caller);
    if (pathname === '/form') return json(200, {});
    const desired = webDesired();
    return isChange
      ? resync({ world, desired, body, by: verified.caller.objectId })
      : status({
          world,
          desired,
          fileErrors: 0,
          registration: searchParams.get('registration'),
          order: null,
        });
  }

  async function send(method: string, path: string, ask: Ask = {}): Promise<Response> {
    const { token, headers = {}, body, host = site } = ask;
    const { body: text, ...rest } = await answer(
      new Request(`${host}${path}`, {
        method,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body }),
      }),
    );
    return new Response(text, rest);
  }

  const wishOf = (changed: Partial<TokenWish>): TokenWish => ({
    objectId: operator,
    roles: ['Keeper.Operate'],
    audience: clientId,
    ...changed,
  });

  return {
    directory,
    entra,
    wait,
    options,
    asked,
    log,
    callers,
    send,
    /** The orders that were written, and the messages that were sent. */
    effects: () => [...world.orders.waiting.values(), ...world.queue.messages],
    orders: () => [...world.orders.waiting.values()],
    token: (changed: Partial<TokenWish> = {}) =>
      entra.hand.operatorToken(loginUrl, wishOf(changed)),
    forged: (kind: ForgedKind, changed: Partial<TokenWish> = {}) =>
      entra.hand.forgedToken(kind, loginUrl, wishOf(changed)),
  };
}

/** Sends JSON as a program does. */
export const asJson = { 'content-type': 'application/json' };

/** What a refusal says. */
export async function problemOf(response: Response) {
  return (await response.json()) as { status: number; title: string; detail: string };
}
