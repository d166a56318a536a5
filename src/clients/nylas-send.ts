/**
 * Requests to the Nylas API, with the key of the connector's application. An own client: the
 * vendor's sends PUT where the contract says PATCH, and quotes bodies in its errors
 * (docs/vendors.md#nylas-connectors). No method here deletes anything (law 8).
 */
import type { DesiredConnector, Region } from '../core/desired.ts';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import type { ApiKeys } from './api-keys.ts';
import { safeCode } from './error-shape.ts';
import { faultOfError, faultOfReply } from './fault.ts';
import { retryRead, type Patience } from './retry-read.ts';
import type { Transport, TransportReply } from './transport.ts';

export interface NylasSendOptions extends Patience {
  /** `https://api.us.nylas.com` and `https://api.eu.nylas.com`; applications live in one. */
  readonly baseUrls: Readonly<Record<Region, string>>;
  readonly transport: Transport;
}

/** Whose application, by region and key. */
export type Account = Pick<DesiredConnector, 'region' | 'apiKey'>;

/** Requests below `<base>/v3`. Values are replies of 2xx. */
export interface NylasSender {
  /** GET, repeated when Nylas fails in passing, or with a fresh key when it refused a held one. */
  read(account: Account, path: string): Promise<Result<TransportReply>>;
  /** Sent once. */
  write(
    account: Account,
    request: { readonly method: 'POST' | 'PATCH'; readonly path: string; readonly body: object },
  ): Promise<Result<TransportReply>>;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** A sender for all regions. */
export function nylasSender(options: NylasSendOptions, keys: ApiKeys): NylasSender {
  async function send(
    account: Account,
    call: Call,
  ): Promise<Result<TransportReply> & { wasHeld?: boolean }> {
    const held = await keys.read(account.apiKey);
    if (!held.ok) return held;
    const result = await request(options, account.region, call, {
      authorization: `Bearer ${held.value.key.reveal()}`,
    });
    if (!result.ok && refusesKey(result.fault)) keys.drop(account.apiKey);
    return { ...result, wasHeld: held.value.isHeld };
  }

  function read(account: Account, path: string): Promise<Result<TransportReply>> {
    return retryRead(options, async (signal) => {
      const first = await send(account, { method: 'GET', path, signal });
      const isStale = !first.ok && first.wasHeld === true && refusesKey(first.fault);
      return isStale ? send(account, { method: 'GET', path, signal }) : first;
    });
  }

  return {
    read,
    write: (account, { method, path, body }) =>
      send(account, { method, path, body: JSON.stringify(body) }),
  };
}

async function request(
  { baseUrls, transport }: NylasSendOptions,
  region: Region,
  { method, path, body, signal }: Call,
  authorization: { readonly authorization: string },
): Promise<Result<TransportReply>> {
  try {
    const reply = await transport({
      method,
      url: `${new URL(baseUrls[region]).origin}/v3${path}`,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...authorization,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    return reply.status >= 200 && reply.status < 300
      ? success(reply)
      : failure(faultOfReply('nylas', reply.status, reply.headers, reply.body));
  } catch (error) {
    return failure(faultOfError('nylas', error));
  }
}

/** 401, or 400 with the type of a bad key; also the wrong region's answer. */
function refusesKey(fault: Fault): boolean {
  return fault.kind === 'denied' && (fault.status === 401 || fault.status === 400);
}

/**
 * Turns Nylas's own "not found" into `undefined`; a 404 without its envelope comes from something on
 * the way, and says nothing.
 */
export function notFoundAsUndefined(
  reply: Result<TransportReply>,
): Result<TransportReply | undefined> {
  if (reply.ok || reply.fault.kind !== 'absent') return reply;
  const isNylas = safeCode(reply.fault.code) !== undefined;
  return isNylas ? success(undefined) : failure({ ...reply.fault, kind: 'malformed' });
}
