/**
 * Role: the simulated Microsoft Graph v1.0: routes over a simulated directory. It checks the bearer
 * token, counts the cost, then lets the routes translate. Batch and delta are not simulated.
 */
import { Hono } from 'hono';
import { Refusal } from './directory-refusal.ts';
import type { SimulatedDirectory } from './directory-state.ts';
import { bearerOf } from './directory-tokens.ts';
import { applicationRoutes } from './graph-applications.ts';
import { binRoutes, policyRoutes } from './graph-bin.ts';
import { costOf, fillHeader, throttledAnswer } from './graph-cost.ts';
import { principalRoutes } from './graph-principals.ts';
import { replyTo } from './graph-reply.ts';
import { rightsRoutes } from './graph-rights.ts';
import { type GraphEnv, routedPath } from './graph-routes.ts';
import { throttle, type ThrottleLimits } from './graph-throttle.ts';
import type { Simulator, Surroundings } from './simulator.ts';

/** Settings of the simulated Graph. */
export interface GraphOptions extends ThrottleLimits {
  /** Resources whose tokens are taken; the host of a sovereign cloud or of the embedded mode goes here. */
  audiences: readonly string[];
}

const DEFAULT_OPTIONS: GraphOptions = {
  audiences: ['https://graph.microsoft.com'],
  tenantSize: 'S',
  personalWritesPerMinute: 60,
};

/** Codes of the refusals that the fault layer asks for. */
const CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['Request_BadRequest', 'The request is invalid.'],
  401: ['InvalidAuthenticationToken', 'Access token validation failure.'],
  403: ['Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'],
  404: ['Request_ResourceNotFound', 'Resource does not exist.'],
  409: ['Directory_ConcurrencyViolation', 'Error due to concurrent requests being made.'],
  429: ['TooManyRequests', 'Too many requests. Please retry after some time.'],
  500: ['InternalServerError', 'An internal server error occurred.'],
  502: ['BadGateway', 'The server received an invalid response.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
  504: ['GatewayTimeout', 'The operation timed out.'],
};

/** The simulated Graph of a directory. Ids in answers come from the surroundings' randomness. */
export function simulatedGraph(
  directory: SimulatedDirectory,
  surroundings: Surroundings,
  options: Partial<GraphOptions> = {},
): Simulator {
  const settings: GraphOptions = { ...DEFAULT_OPTIONS, ...options };
  const own: Surroundings = {
    now: () => surroundings.now(),
    random: surroundings.random.fork('graph'),
  };
  const app = new Hono<GraphEnv>({ getPath: routedPath });
  admitTokenHolders(app, directory, { own, audiences: settings.audiences });
  countCosts(app, { own, limits: settings });
  rightsRoutes(app);
  applicationRoutes(app);
  principalRoutes(app);
  binRoutes(app);
  policyRoutes(app);
  app.onError((error) => {
    throw error;
  });
  app.notFound((context) => {
    const message = `Resource not found for the segment '${context.req.path}'.`;
    return context.var.reply.refused(new Refusal(400, 'BadRequest', message));
  });
  return {
    vendor: 'graph',
    fetch: async (request) => app.fetch(request),
    refusal: (status, retryAfterSeconds) => {
      const [code, message] = CODES[status] ?? ['UnknownError', ''];
      const refusal = new Refusal(status, code, message, { retryAfterSeconds });
      return replyTo(undefined, own).refused(refusal);
    },
  };
}

/** 401 without a live token for this resource; else the call is set up. */
function admitTokenHolders(
  app: Hono<GraphEnv>,
  directory: SimulatedDirectory,
  { own, audiences }: { own: Surroundings; audiences: readonly string[] },
): void {
  app.use(async (context, next) => {
    const reply = replyTo(context.req.raw, own, directory.store.options);
    const token = bearerOf(context.req.raw);
    if (token === undefined) return reply.refused(unauthenticated('Access token is empty.'));
    const by = directory.principalOf(token, audiences);
    if (by === undefined) {
      const message = 'Access token validation failure. Invalid audience, or expired.';
      return reply.refused(unauthenticated(message));
    }
    context.set('directory', directory);
    context.set('call', directory.call(by));
    context.set('reply', reply);
    return next();
  });
}

function unauthenticated(message: string): Refusal {
  return new Refusal(401, 'InvalidAuthenticationToken', message);
}

/** 429 when a limit is full; else the cost is shown on the answer. */
function countCosts(
  app: Hono<GraphEnv>,
  { own, limits }: { own: Surroundings; limits: ThrottleLimits },
): void {
  const meter = throttle(limits);
  app.use(async (context, next) => {
    const cost = await costOf(context);
    const allowance = meter.spend(cost, own.now());
    if (allowance.kind === 'throttled') return throttledAnswer(context, allowance);
    await next();
    context.res.headers.set('x-ms-resource-unit', String(cost.units));
    for (const [name, value] of Object.entries(fillHeader(allowance.fill))) {
      context.res.headers.set(name, value);
    }
    return undefined;
  });
}
