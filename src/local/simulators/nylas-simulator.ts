/**
 * Role: one region of Nylas v3 over HTTP, with several applications, each in its own
 * {@link NylasMode}. Behaves as Nylas's contract and field reports say, awkward parts included.
 */
import { Hono } from 'hono';
import { applicationBody, connectorBody, grantBody, recordBody } from './nylas-bodies.ts';
import { connectorOf, recordOf } from './nylas-connectors.ts';
import { customSignIn, refreshTokenOwner } from './nylas-custom-auth.ts';
import type { IsDeclared } from './nylas-failures.ts';
import { grantStatus } from './nylas-grant-life.ts';
import { grantWorld } from './nylas-grants.ts';
import { nylasGate } from './nylas-gate.ts';
import { type NylasHand, nylasHand } from './nylas-hand.ts';
import { type Ledger, ledger } from './nylas-ledger.ts';
import { type SecretTruth, pairBook } from './nylas-pairs.ts';
import { NylasRefusal, invalidRequest, notFound, usualNylasRefusal } from './nylas-refusal.ts';
import { customAuthOf, pagingOf } from './nylas-requests.ts';
import type { Grant, NylasApplication } from './nylas-state.ts';
import { isKnownPath, nylasWriteOf } from './nylas-writes.ts';
import { type OutageAccount, outageAccount } from './outage.ts';
import type { Simulator, Surroundings } from './simulator.ts';

/** How a region is made. */
export interface SimulatedNylasOptions {
  readonly region: 'us' | 'eu';
  /** Which secrets work. Default: every one, for ever. */
  readonly truth?: SecretTruth;
  /** Where outages go; regions may share one. Default: an account of its own that proves nothing. */
  readonly account?: OutageAccount;
  /** Which credential records Keeper is to update. Default: none but the active one. */
  readonly isDeclared?: IsDeclared;
  /** Whose refresh token it is. Default: {@link refreshTokenOwner}. */
  readonly ownerOf?: typeof refreshTokenOwner;
  /** How often a 429 carries Retry-After. Default 0.5. */
  readonly retryAfterChance?: number;
}

/** A simulated region. Instants are epoch milliseconds. */
export interface SimulatedNylas extends Simulator {
  readonly region: 'us' | 'eu';
  readonly hand: NylasHand;
  readonly account: OutageAccount;
  /** Answers 504 now; a write takes effect `delayMs` later (default 120 seconds). */
  landLater(request: Request, delayMs?: number): Promise<Response>;
  /** When the earliest such write lands. */
  nextAt(): number | undefined;
  /** To be called before each change of the directory, the vault or reachability. */
  settle(now: number): void;
}

const lateMs = 120_000;
const everything: SecretTruth = { accepts: () => ({ ok: true }), endsAt: () => undefined };

/** A simulated region; randomness is a fork of the generator that it is given. */
export function simulatedNylas(
  surroundings: Surroundings,
  options: SimulatedNylasOptions,
): SimulatedNylas {
  const random = surroundings.random.fork(`nylas/${options.region}`);
  const applications = new Map<string, NylasApplication>();
  const pairs = pairBook(options.truth ?? everything);
  const account =
    options.account ??
    outageAccount({ provenSince: () => undefined, reachableSince: () => undefined });
  const grants = grantWorld({
    applications,
    pairs,
    account,
    isDeclared: options.isDeclared ?? (() => false),
    random: random.fork('grants'),
  });
  const writes = ledger(grants, { pairs, random: random.fork('records') });
  const gate = nylasGate(applications, {
    random: random.fork('gate'),
    retryAfterChance: options.retryAfterChance ?? 0.5,
  });
  const landings: number[] = [];

  const app = new Hono<{ Variables: { application: NylasApplication } }>();

  app.onError((error) => {
    if (error instanceof NylasRefusal) return gate.refuse(error);
    throw error;
  });

  app.use(async (c, next) => {
    grants.settle(surroundings.now());
    c.set('application', gate.admit(c.req.header('authorization') ?? null, surroundings.now()));
    await next();
  });

  app.get('/v3/applications', (c) =>
    gate.reply(200, { data: applicationBody(c.var.application, options.region) }),
  );

  app.get('/v3/connectors', (c) => {
    const { connector } = c.var.application;
    const all = connector === undefined ? [] : [connectorBody(connector, c.var.application)];
    return gate.reply(200, listBody(all, c.req.url));
  });

  app.get('/v3/connectors/:provider', (c) => {
    checkProvider(c.req.param('provider'));
    const connector = connectorOf(c.var.application);
    return gate.reply(200, { data: connectorBody(connector, c.var.application) });
  });

  app.get('/v3/connectors/:provider/creds', (c) => {
    checkProvider(c.req.param('provider'));
    const records = [...connectorOf(c.var.application).records.values()];
    const key = c.req.query('sort_by') === 'updated_at' ? 'updatedAt' : 'createdAt';
    const sign = c.req.query('order_by') === 'desc' ? -1 : 1;
    const sorted = records.toSorted((one, other) => sign * (one[key] - other[key]));
    return gate.reply(200, listBody(sorted.map(recordBody), c.req.url));
  });

  app.get('/v3/connectors/:provider/creds/:id', (c) => {
    checkProvider(c.req.param('provider'));
    return gate.reply(200, { data: recordBody(recordOf(c.var.application, c.req.param('id'))) });
  });

  app.get('/v3/grants', (c) => {
    const { provider, grant_status: status, email } = c.req.query();
    if (status !== undefined && status !== 'valid' && status !== 'invalid') {
      throw invalidRequest('grant_status must be valid or invalid');
    }
    const now = surroundings.now();
    const shown = [...c.var.application.grants.values()]
      .filter(() => provider === undefined || provider === 'microsoft')
      .filter((grant) => status === undefined || grantStatus(grant, now) === status)
      .filter((grant) => email === undefined || grant.email === email)
      .map((grant) => grantBody(grant, now));
    return gate.reply(200, listBody(shown, c.req.url));
  });

  app.get('/v3/grants/:id', (c) => {
    const grant = grantOf(c.var.application, c.req.param('id'));
    return gate.reply(200, { data: grantBody(grant, surroundings.now()) });
  });

  // The one data call: its answer tells at once whether the provider still serves the grant.
  app.get('/v3/grants/:id/calendars', (c) => {
    const grant = grantOf(c.var.application, c.req.param('id'));
    if (grant.downSince === undefined) return gate.reply(200, listBody([], c.req.url));
    throw new NylasRefusal(401, 'grant.refresh_token_invalid', 'The grant must sign in again');
  });

  app.post('/v3/connect/custom', async (c) => {
    const asked = customAuthOf(parsed(await c.req.text()));
    const at = surroundings.now();
    const ownerOf = options.ownerOf ?? refreshTokenOwner;
    const grant = customSignIn(c.var.application, asked, { at, grants, pairs, ownerOf });
    return gate.reply(201, { data: grantBody(grant, at) });
  });

  app.all('*', async (c) => {
    const { method, path } = c.req;
    const text = await c.req.text();
    const write = nylasWriteOf(method, path, () => parsed(text));
    if (write === undefined) throw isKnownPath(path) ? usualNylasRefusal(405) : notFound('path');
    const data = writes.write(c.var.application, {
      by: 'api',
      at: surroundings.now(),
      change: (context) => write.carryOut(c.var.application, context),
    });
    return gate.reply(write.status, data === undefined ? {} : { data });
  });

  async function landLater(request: Request, delayMs = lateMs): Promise<Response> {
    const at = surroundings.now();
    grants.settle(at);
    try {
      const application = gate.admit(request.headers.get('authorization'), at);
      const text = await request.text();
      const write = nylasWriteOf(request.method, new URL(request.url).pathname, () => parsed(text));
      if (write === undefined) return gate.refuse(usualNylasRefusal(504));
      landings.push(at + delayMs);
      grants.later(at + delayMs, (landsAt) => {
        landings.splice(landings.indexOf(at + delayMs), 1);
        land(writes, application, landsAt, (context) => write.carryOut(application, context));
      });
      return gate.refuse(usualNylasRefusal(504));
    } catch (error) {
      if (error instanceof NylasRefusal) return gate.refuse(error);
      throw error;
    }
  }

  return {
    vendor: 'nylas',
    region: options.region,
    account,
    hand: nylasHand({
      applications,
      grants,
      ledger: writes,
      random: random.fork('hand'),
      now: () => surroundings.now(),
    }),
    fetch: async (request) => app.fetch(request),
    refusal: (status, retryAfterSeconds) =>
      gate.refuse(usualNylasRefusal(status, retryAfterSeconds)),
    landLater,
    nextAt: () => (landings.length === 0 ? undefined : Math.min(...landings)),
    settle: (now) => grants.settle(now),
  };
}

/** Nobody hears of a late write that is refused. */
function land(
  writes: Ledger,
  application: NylasApplication,
  ...[at, change]: [number, Parameters<Ledger['commit']>[1]['change']]
): void {
  try {
    writes.commit(application, { by: 'api', at, change });
  } catch (error) {
    if (!(error instanceof NylasRefusal)) throw error;
  }
}

function grantOf({ grants }: NylasApplication, id: string): Grant {
  const grant = grants.get(id);
  if (grant === undefined) throw new NylasRefusal(404, 'grant.not_found', 'Grant not found');
  return grant;
}

function listBody(items: readonly object[], url: string): object {
  const { limit, offset } = pagingOf(new URL(url).searchParams);
  return { data: items.slice(offset, offset + limit), limit, offset };
}

function checkProvider(provider: string): void {
  if (provider !== 'microsoft') throw notFound('connector');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NylasRefusal(400, 'api.invalid_request_payload', 'the body is not JSON');
  }
}
