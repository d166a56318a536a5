/**
 * Role: the simulated Entra token service of a directory with what it publishes, and App Service's
 * managed-identity endpoint beside it. People do not sign in here: their tokens are handed out by hand.
 */
import { Hono } from 'hono';
import type { SimulatedDirectory } from './directory-state.ts';
import { refusedAnswer, tokenRefusal } from './entra-answers.ts';
import { answerTokenRequest, isThisTenant } from './entra-client-credentials.ts';
import { forgedToken, type ForgedKind } from './entra-forged-token.ts';
import { identityEndpoint, type ManagedIdentity } from './entra-identity.ts';
import { openidConfiguration, publishedKeys } from './entra-metadata.ts';
import {
  signedToken,
  tokenParts,
  type TokenPlace,
  type TokenWish,
} from './entra-operator-token.ts';
import { signingKeyRing, type SigningKeyRing } from './entra-signing-keys.ts';
import type { Simulator, Surroundings } from './simulator.ts';

/** Settings of the simulated token service. */
export interface EntraOptions {
  /** Without one, `/msi/token` answers 404. */
  identity?: ManagedIdentity;
  /** The machine's clock, epoch milliseconds, for managed-identity tokens. Defaults to the simulated clock. */
  realNow?: () => number;
  /** Keys to sign with; without them the service makes its own. Tenants of one cloud may share them. */
  keys?: SigningKeyRing;
}

/** What is done by hand: no caller can ask for any of it. */
export interface EntraHand {
  /** The keys that tokens are signed with. */
  readonly keys: SigningKeyRing;
  /** A token as Entra gives it to somebody who has signed in. `loginUrl` is where Entra is. */
  operatorToken(loginUrl: string, wish: TokenWish): string;
  /** A token that must not count, made from the same wish. */
  forgedToken(kind: ForgedKind, loginUrl: string, wish: TokenWish): string;
}

/** The simulated token service. */
export interface SimulatedEntra extends Simulator {
  readonly hand: EntraHand;
}

/** Makes one. */
export function simulatedEntra(
  directory: SimulatedDirectory,
  surroundings: Surroundings,
  { identity, realNow = () => surroundings.now(), keys = signingKeyRing() }: EntraOptions = {},
): SimulatedEntra {
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
  app.get('/:tenant/v2.0/.well-known/openid-configuration', ({ req }) =>
    published(req.param('tenant'), req.url, openidConfiguration),
  );
  app.get('/:tenant/discovery/v2.0/keys', ({ req }) =>
    published(req.param('tenant'), req.url, (place) => publishedKeys(keys, place)),
  );
  if (identity !== undefined) {
    const answer = identityEndpoint(directory, identity, realNow);
    app.get('/msi/token', (context) => answer(context.req.raw));
  }

  /** Of this tenant, by its id or a domain; the answer names the id. */
  function published(
    tenant: string,
    url: string,
    answer: (place: { tenantId: string; origin: string }) => Response,
  ): Response {
    if (!isThisTenant(directory, tenant)) return refusedAnswer(tokenRefusal(90_002, tenant), own);
    return answer({ tenantId: directory.tenantId, origin: new URL(url).origin });
  }

  app.onError((error) => {
    throw error;
  });
  return {
    vendor: 'entra',
    hand: entraHand(keys, directory, own),
    fetch: async (request) => app.fetch(request),
    refusal: (status, retryAfterSeconds) =>
      refusedAnswer(tokenRefusal(codeFor(status), 'the client'), own, {
        status,
        retryAfterSeconds,
      }),
  };
}

function entraHand(
  keys: SigningKeyRing,
  { tenantId }: SimulatedDirectory,
  own: Surroundings,
): EntraHand {
  // A stream of its own: handing out tokens moves no other draw.
  const draws = own.random.fork('operators');
  const placeAt = (loginUrl: string): TokenPlace => ({
    loginUrl,
    tenantId,
    now: own.now(),
    random: draws,
  });
  return {
    keys,
    operatorToken(loginUrl, wish) {
      const key = keys.current();
      return signedToken(key, tokenParts(key.keyId, wish, placeAt(loginUrl)));
    },
    forgedToken: (kind, loginUrl, wish) =>
      forgedToken(kind, keys, { wish, place: placeAt(loginUrl) }),
  };
}

function codeFor(status: number): number {
  if (status === 429) return 90_055;
  return status >= 500 ? 90_033 : 7_000_215;
}
