/** Whatever Key Vault answers: no exception, no token elsewhere, no version twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyVault } from '../../../src/clients/key-vault.ts';
import type { TransportRequest } from '../../../src/clients/transport.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Vault } from '../../../src/reconcile/world.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
  type ClientCall,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { canary } from '../../unit/clients/canary.ts';
import { json, manualClock, scripted, type Scripted } from '../../unit/clients/scripted.ts';

const ref = { vault: 'demo', name: 'mail-secret' };
const origin = 'https://demo.vault.azure.net';
const id = `${origin}/secrets/mail-secret/0123456789abcdef0123456789abcdef`;

const attributes = {
  enabled: true,
  created: 1_700_000_000,
  updated: 1_700_000_000,
  exp: 1_900_000_000,
  recoveryLevel: 'Recoverable+Purgeable',
};
const version = { id, attributes, tags: { keyId: 'key-1', intent: 'i1' } };
/** One body for all reads: a list, a secret, a deleted one. */
const good = { ...version, value: 'a text', recoveryId: `${origin}/deletedsecrets/mail-secret` };
const page = { value: [version], nextLink: `${origin}/secrets/mail-secret/versions?$skiptoken=x` };
const put = { tags: { keyId: 'key-1' }, expiresAt: 1_900_000_000_000 };

/** A challenge, and three tries. */
const read = { writes: false, most: 4 };
const write = { writes: true, most: 1 };

const calls: readonly ClientCall<Vault>[] = [
  {
    ...read,
    most: 270,
    name: 'readSecret',
    good: page,
    run: (vault) => vault.readSecret(ref),
  },
  { ...read, name: 'readNewest', good, run: (vault) => vault.readNewest(ref) },
  { ...read, name: 'readValue', good, run: (vault) => vault.readValue(ref, 'abc') },
  { ...read, name: 'isDeleted', good, run: (vault) => vault.isDeleted(ref) },
  {
    ...write,
    name: 'putValue',
    good,
    run: (vault) => vault.putValue(ref, new Secret(canary), put),
  },
  {
    ...write,
    name: 'disableVersion',
    good,
    run: (vault) => vault.disableVersion(ref, 'abc'),
  },
];

const challenge: Scripted = {
  status: 401,
  headers: {
    'www-authenticate':
      'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"',
  },
};

function bench(replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const asked: string[] = [];
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.azure.net`,
    credential: {
      getToken: async (scope) => {
        asked.push(...[scope].flat());
        return { token: canary, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
    transport,
    clock: manualClock(),
  });
  return { vault, requests, asked };
}

/** Requests that may have changed something: with a body, and not refused for their token. */
function sendings(requests: readonly TransportRequest[], script: readonly Scripted[]): number {
  return requests.filter(({ method, body }, index) => {
    const reply = script[Math.min(index, script.length - 1)] ?? {};
    return method !== 'GET' && (body ?? '') !== '' && !('status' in reply && reply.status === 401);
  }).length;
}

describe('keyVault()', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async ({ run, good: body, writes, most }) => {
      const hostile = fc.oneof(hostileReply(body), hostileReply(good));
      const replies = fc.array(hostile, { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(replies, fc.boolean(), async (replied, isChallenged) => {
          const script = isChallenged ? [challenge, ...replied] : replied;
          const { vault, requests, asked } = bench(script);
          const result = await run(vault);
          expectPrecise(result);
          if (replied[0] && replied.length === 1) expectStatusKept(replied[0], result);
          expectOnlyTo([origin], requests);
          expect(asked.filter((scope) => scope !== 'https://vault.azure.net/.default')).toEqual([]);
          if (writes) expect(sendings(requests, script)).toBeLessThanOrEqual(most);
          else expect(requests.length).toBeLessThanOrEqual(most);
          if (!writes) expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'sends its token nowhere else, for any next link',
    async () => {
      const part = fc.constantFrom(
        'https://',
        'http://',
        '//',
        '/',
        'evil.example',
        'demo.vault.azure.net',
        'demo.vault.azure.net.evil.example',
        'other.vault.azure.net',
        '@',
        ':443',
        ':8443',
        '/secrets/mail-secret/versions',
        '..',
        '\\',
        '?',
        '#',
        '$skiptoken=https://evil.example',
        ' ',
      );
      const link = fc
        .tuple(fc.constantFrom('', origin, `${origin}/`), fc.array(part, { maxLength: 6 }))
        .map(([start, parts]) => start + parts.join(''));
      await fc.assert(
        fc.asyncProperty(link, async (nextLink) => {
          const { vault, requests } = bench([
            challenge,
            json({ value: [], nextLink }),
            json({ value: [] }),
          ]);
          expectPrecise(await vault.readSecret(ref));
          expectOnlyTo([origin], requests);
        }),
        cases(150),
      );
    },
    patience(),
  );
});
