/**
 * Role: requests that the clients have no call for: what a suite removes at its end, and the replies
 * whose every member counts. Over the clients' own transport.
 */
import type { Transport } from '../../src/clients/transport.ts';

/** A reply, its body parsed where it is JSON. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
}

/** One request. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request. Throws the transport's errors. */
export type RawCalls = (request: RawRequest) => Promise<RawReply>;

/** Requests to one origin; without a token when it is given none. */
export function rawCalls(
  transport: Transport,
  origin: string,
  tokenOf?: () => Promise<string>,
): RawCalls {
  return async ({ method, path, body, headers = {} }) => {
    const reply = await transport({
      method,
      url: `${origin}${path}`,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(tokenOf === undefined ? {} : { authorization: `Bearer ${await tokenOf()}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: reply.status,
      headers: reply.headers,
      text: reply.body,
      json: parsedJson(reply.body),
    };
  };
}

/** The value at a path of members, if there is one. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/** The same, where it is text. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberOf(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The value of a JSON text; `undefined` when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
