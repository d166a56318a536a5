/**
 * Role: what the tests of simulated grants share: a directory with secrets by name, an outage
 * account, and one Nylas application with one grant.
 */
import { expect } from 'vitest';
import type { NylasMode } from '../../../src/local/simulators/nylas-modes.ts';
import { simulatedNylas } from '../../../src/local/simulators/nylas-simulator.ts';
import type { StatusMode } from '../../../src/local/simulators/nylas-state.ts';
import {
  type Cause,
  type FailureWhy,
  outageAccount,
} from '../../../src/local/simulators/outage.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const start = Date.UTC(2026, 0, 1);

export const following: NylasMode = {
  clientIdReturned: true,
  settings: 'merge',
  grantsFollow: true,
  updateReaches: 'active',
};
export const keeping: NylasMode = { ...following, grantsFollow: false };

interface Options {
  mode?: NylasMode;
  statusMode?: StatusMode;
  seed?: number;
  /** Where false, a person made the connector and Keeper has not pushed yet. */
  isPushed?: boolean;
  isDeclared?: () => boolean;
}

/** A directory with secrets by name, and one Nylas application whose connector holds `one`. */
export async function bench({
  mode = following,
  statusMode = 'never',
  seed = 1,
  isPushed = true,
  isDeclared = () => false,
}: Options = {}) {
  const clock = { at: start };
  const secrets = new Map<string, { endsAt?: number; gone?: FailureWhy }>([['one', {}]]);
  const world: { provenSince?: number; reachableSince?: number } = {
    reachableSince: start - 100 * dayMs,
  };
  const asked = { times: 0 };
  const account = outageAccount({
    provenSince: () => world.provenSince,
    reachableSince: () => world.reachableSince,
    issuableSince: () => undefined,
  });
  const nylas = simulatedNylas(
    { now: () => clock.at, random: seededRandom(seed) },
    {
      region: 'us',
      account,
      isDeclared,
      truth: {
        accepts(_, text, at) {
          asked.times += 1;
          const secret = secrets.get(text);
          if (secret === undefined) return { ok: false, why: 'unknown' };
          if (secret.gone !== undefined) return { ok: false, why: secret.gone };
          const hasEnded = secret.endsAt !== undefined && at >= secret.endsAt;
          return hasEnded ? { ok: false, why: 'ended' } : { ok: true };
        },
        endsAt: (_, text) => secrets.get(text)?.endsAt,
      },
    },
  );
  const { id, apiKey } = nylas.hand.addApplication({ mode, statusMode });

  /** Keeper writes a secret to the connector. */
  async function push(clientSecret: string): Promise<void> {
    await send(connector === undefined ? 'POST' : 'PATCH', clientSecret);
    connector = 'made';
  }

  async function send(method: string, clientSecret: string): Promise<void> {
    const path = method === 'POST' ? '/v3/connectors' : '/v3/connectors/microsoft';
    const settings = { client_id: 'app', client_secret: clientSecret, tenant: 'common' };
    const response = await nylas.fetch(
      new Request(`https://api.us.nylas.localhost${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify(
          method === 'POST' ? { provider: 'microsoft', settings } : { settings },
        ),
      }),
    );
    expect(response.ok).toBe(true);
  }

  /** A change of the directory, announced as promised. */
  function change(what: () => void): void {
    nylas.settle(clock.at);
    what();
  }

  function waitUntil(at: number): void {
    clock.at = at;
    nylas.settle(at);
  }

  function secondsOf(grantId: string): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { subject, verdict, seconds } of account.incidents) {
      if (subject.id === grantId) sums[verdict] = (sums[verdict] ?? 0) + seconds;
    }
    return sums;
  }

  let connector: string | undefined;
  if (isPushed) await push('one');
  else {
    nylas.hand.connectorByHand(id, {
      settings: { clientId: 'app', clientSecret: 'one', tenant: 'common' },
    });
    connector = 'made';
  }
  const grant = nylas.hand.addGrant(id, 'user@example.com').id;
  return {
    nylas,
    id,
    grant,
    clock,
    secrets,
    world,
    account,
    push,
    change,
    waitUntil,
    secondsOf,
    asked,
  };
}

type World = Awaited<ReturnType<typeof bench>>;

export function unavoidable({ account }: World): Partial<Record<Cause, number>> {
  return Object.fromEntries(
    Object.entries(account.unavoidableSeconds).filter(([, seconds]) => seconds > 0),
  );
}

export function connectorSeconds({ account }: World): number {
  return account.incidents
    .filter(({ subject }) => subject.kind === 'connector')
    .reduce((sum, { seconds }) => sum + seconds, 0);
}
