/**
 * Role: the simulated Entra token service of a directory, and App Service's managed-identity
 * endpoint beside it. Sign-in of people, metadata and keys are not simulated.
 */
import { Hono } from 'hono';
import type { SimulatedDirectory } from './directory-state.ts';
import { refusedAnswer, tokenRefusal } from './entra-answers.ts';
import { answerTokenRequest } from './entra-client-credentials.ts';
import { identityEndpoint, type ManagedIdentity } from './entra-identity.ts';
import type { Simulator, Surroundings } from './simulator.ts';

/** Settings of the simulated token service. */
export interface EntraOptions {
  /** Without one, `/msi/token` answers 404. */
  identity?: ManagedIdentity;
  /** The machine's clock, epoch milliseconds, for managed-identity tokens. Defaults to the simulated clock. */
  realNow?: () => number;
}

/** The simulated token service. */
export function simulatedEntra(
  directory: SimulatedDirectory,
  surroundings: Surroundings,
  { identity, realNow = () => surroundings.now() }: EntraOptions = {},
): Simulator {
  const own: Surroundings = {
    now: () => surroundings.now(),
    random: surroundings.random.fork('entra'),
  };
  const app = new Hono();
  app.post('/:tenant/oauth2/v2.0/token', (context) =>
    answerTokenRequest(directory, own, {
      tenant: context.req.param('tenant'),
      request: context.req.raw,
    }),
  );
  if (identity !== undefined) {
    const answer = identityEndpoint(directory, identity, realNow);
    app.get('/msi/token', (context) => answer(context.req.raw));
  }
  app.onError((error) => {
    throw error;
  });
  return {
    vendor: 'entra',
    fetch: async (request) => app.fetch(request),
    refusal: (status, retryAfterSeconds) =>
      refusedAnswer(tokenRefusal(codeFor(status), 'the client'), own, {
        status,
        retryAfterSeconds,
      }),
  };
}

function codeFor(status: number): number {
  if (status === 429) return 90_055;
  return status >= 500 ? 90_033 : 7_000_215;
}
