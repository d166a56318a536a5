/**
 * Role: a simulated tenant with a clock in hand, for the tests of the Graph and Entra simulators.
 */
import type { GraphRole } from '../../../src/local/simulators/directory-objects.ts';
import { CALM, type DirectoryOptions } from '../../../src/local/simulators/directory-options.ts';
import { simulatedDirectory } from '../../../src/local/simulators/directory-state.ts';
import { simulatedEntra } from '../../../src/local/simulators/entra-simulator.ts';
import {
  type GraphOptions,
  simulatedGraph,
} from '../../../src/local/simulators/graph-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';

export const START_AT = Date.parse('2026-11-24T09:00:00Z');
export const GRAPH = 'https://graph.microsoft.com';
const LOGIN = 'https://login.microsoftonline.com';
/** Object id of the managed identity of the tests; it may do what Keeper may. */
export const KEEPER = '11111111-1111-4111-8111-111111111111';
export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  // Bodies are looked at property by property; their shape is what is tested.
  body: Body;
}

/** A JSON body whose properties are looked at freely. */
interface Body {
  [name: string]: unknown;
  error?: { code: string; message: string; details?: { code: string }[] } & Record<string, unknown>;
  error_codes?: number[];
  value?: Record<string, unknown>[];
}

/** What a request may carry. */
export interface Ask {
  body?: unknown;
  headers?: Record<string, string>;
  /** Caller's object id, or a token text. */
  as?: string;
  token?: string | undefined;
}

/** A tenant without lags, unless the options say otherwise. */
export function tenant(
  options: Partial<DirectoryOptions> = {},
  { seed = 'tests', ...graphOptions }: Partial<GraphOptions> & { seed?: string } = {},
) {
  let at = START_AT;
  let realAt = START_AT;
  const surroundings = { now: () => at, random: seededRandom(seed) };
  const roles: readonly GraphRole[] = ['Application.ReadWrite.OwnedBy'];
  const directory = simulatedDirectory(surroundings, {
    ...CALM,
    callers: { [KEEPER]: roles },
    ...options,
  });
  const graph = simulatedGraph(directory, surroundings, graphOptions);
  const entra = simulatedEntra(directory, surroundings, {
    identity: { principalId: KEEPER, clientId: 'keeper-client', header: 'shibboleth' },
    realNow: () => realAt,
  });

  async function ask(method: string, path: string, request: Ask = {}): Promise<Answer> {
    const token = request.token ?? directory.tokenFor(request.as ?? KEEPER, GRAPH);
    const response = await graph.fetch(
      new Request(path.startsWith('http') ? path : `${GRAPH}/v1.0${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...request.headers },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      }),
    );
    return read(response);
  }

  /** A registration as Keeper makes it, with its service principal. */
  async function make(properties: Record<string, unknown> = {}) {
    const body = { displayName: 'Mail', ...properties };
    const { body: made } = await ask('POST', '/applications', { body });
    const ids = { id: String(made['id']), appId: String(made['appId']) };
    await ask('POST', '/servicePrincipals', { body: { appId: ids.appId } });
    return ids;
  }

  async function addPassword(id: string, passwordCredential: Record<string, unknown> = {}) {
    return ask('POST', `/applications/${id}/addPassword`, { body: { passwordCredential } });
  }

  async function tryToken(
    form: Record<string, string | undefined>,
    in_: string = directory.tenantId,
  ): Promise<Answer> {
    const fields = {
      grant_type: 'client_credentials',
      scope: `${GRAPH}/.default`,
      ...form,
    };
    const sent = Object.entries(fields).filter((field): field is [string, string] => !!field[1]);
    return read(
      await entra.fetch(
        new Request(`${LOGIN}/${in_}/oauth2/v2.0/token`, {
          method: 'POST',
          body: new URLSearchParams(sent),
        }),
      ),
    );
  }

  return {
    directory,
    graph,
    entra,
    ask,
    make,
    addPassword,
    tryToken,
    now: () => at,
    wait: (ms: number) => {
      at += ms;
    },
    waitReally: (ms: number) => {
      realAt += ms;
    },
  };
}

/** An answer with its body. */
export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Body,
  };
}

/** Status and code of a refusal, side by side. */
export function refusal({ status, body }: Answer): [number, string | undefined] {
  return [status, body.error?.code];
}
