/**
 * Requests to the Nylas API, with the key of the connector's application. An own client: the
 * vendor's sends PUT where the contract says PATCH, and quotes bodies in its errors
 * (docs/vendors.md#nylas-connectors). No method here deletes anything (law 8).
 */
import type { DesiredConnector, Region } from '../core/desired.ts';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import type { Secret } from '../core/secret.ts';
import type { Addressee, ApiKeys, HeldKey } from './api-keys.ts';
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
  /**
   * Asks what the key opens, and keeps it in mind for the writes that follow. `opens` reads the reply:
   * the id of the application, or nothing where it does not say.
   */
  readOpened(
    addressee: Addressee,
    path: string,
    opens: (reply: TransportReply) => string | undefined,
  ): Promise<Result<TransportReply>>;
  /**
   * Sent once, and only with the key that opened this application when it was last asked. Another
   * one, put into the vault since then, may be a stranger's: `unsent`.
   */
  write(
    addressee: Addressee,
    request: { readonly method: 'POST' | 'PATCH'; readonly path: string; readonly body: object },
  ): Promise<Result<TransportReply>>;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** What came of a request, and the key that it went with; none where nothing was sent. */
type Sent = Result<TransportReply> & { readonly used?: HeldKey };

/** A sender for all regions. */
export function nylasSender(options: NylasSendOptions, keys: ApiKeys): NylasSender {
  async function send(
    account: Account,
    call: Call,
    mayUse: (key: Secret) => boolean = () => true,
  ): Promise<Sent> {
    const held = await keys.read(account.apiKey);
    if (!held.ok) return held;
    const { key } = held.value;
    if (!mayUse(key)) return failure({ kind: 'unsent', vendor: 'nylas', code: 'api-key-changed' });
    const result = await request(options, account.region, call, {
      authorization: `Bearer ${key.reveal()}`,
    });
    if (!result.ok && refusesKey(result.fault)) keys.drop(account.apiKey);
    return { ...result, used: held.value };
  }

  async function readOnce(account: Account, path: string, signal: AbortSignal): Promise<Sent> {
    const first = await send(account, { method: 'GET', path, signal });
    const isStale = !first.ok && first.used?.isHeld === true && refusesKey(first.fault);
    return isStale ? send(account, { method: 'GET', path, signal }) : first;
  }

  return {
    read: (account, path) => retryRead(options, (signal) => readOnce(account, path, signal)),
    readOpened: (addressee, path, opens) =>
      retryRead(options, async (signal) => {
        const sent = await readOnce(addressee, path, signal);
        const opened = sent.ok ? opens(sent.value) : undefined;
        if (sent.used) keys.opened.note(addressee, sent.used.key, opened);
        return sent;
      }),
    write: (addressee, { method, path, body }) =>
      send(addressee, { method, path, body: JSON.stringify(body) }, (key) =>
        keys.opened.isRight(addressee, key),
      ),
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
