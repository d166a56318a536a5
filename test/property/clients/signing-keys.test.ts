/** Whatever Entra lists as its keys: only whole keys of its own count, and it is asked sparingly. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coolDownMs, failurePauseMs, signingKeys } from '../../../src/clients/signing-keys.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import type { Result } from '../../../src/core/fault.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileText } from '../../support/hostile-values.ts';
import { manualClock, scripted, type Scripted } from '../../unit/clients/scripted.ts';

const authority = 'https://login.microsoftonline.com';
const tenantId = '5f1b3c52-6a0c-4b57-9d55-4d1b9e7c0a11';

interface Listed {
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

function listedKey(kid: string, issuer: string, modulusLength = 2_048): Listed {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return Object.assign({ kty: 'RSA', use: 'sig', kid, x5t: kid, x5c: ['MIIC'], issuer }, { n, e });
}

const first = listedKey('key-1', `${authority}/{tenantid}/v2.0`);
const second = listedKey('key-2', `${authority}/${tenantId}/v2.0`);
const good = { keys: [first, second] };

function bench(...script: readonly Scripted[]) {
  const { transport, requests } = scripted(...script);
  const clock = manualClock();
  return { requests, clock, keys: signingKeys({ authority, tenantId, transport, clock }) };
}

function numbersOf(key: KeyObject): object {
  const { n, e } = key.export({ format: 'jwk' });
  return { n, e };
}

/** Holds when a key that was found stands in the listing under that id, and is Entra's. */
function expectListed(kid: string, body: string, found: Result<KeyObject | undefined>): void {
  if (!found.ok || found.value === undefined) return;
  const { keys } = JSON.parse(body) as {
    keys: readonly (Partial<Listed & { issuer: unknown; use: unknown; alg: unknown }> | null)[];
  };
  const numbers = numbersOf(found.value);
  const origin = keys.filter(
    (one) =>
      one?.kid === kid &&
      [undefined, 'sig'].includes(one.use as string) &&
      [undefined, 'RS256'].includes(one.alg as string) &&
      [undefined, `${authority}/{tenantid}/v2.0`, `${authority}/${tenantId}/v2.0`].includes(
        one.issuer as string,
      ),
  );
  // Written with bits to spare, its numbers may stand there otherwise.
  const listed = origin.map((one) => {
    const { n = '', e = '' } = one ?? {};
    return numbersOf(createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }));
  });
  expect(listed).toContainEqual(numbers);
  expect(found.value.asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(2_048);
}

describe('signingKeys()', () => {
  it(
    'finds the keys of the listing or says that it cannot, for any reply',
    async () => {
      let known = 0;
      const kid = fc.oneof(fc.constantFrom('key-1', 'key-2'), hostileText);
      await fc.assert(
        fc.asyncProperty(hostileReply(good), kid, async (reply, asked) => {
          const { keys, requests } = bench(reply);
          const found = await keys.find(asked);
          expectUnpolluted();
          if (found.ok) expectListed(asked, (reply as { body?: string }).body ?? '', found);
          else expectPrecise(found);
          expectStatusKept(reply, found);
          expectOnlyTo([authority], requests);
          expect(requests.map(({ method }) => method)).toEqual(['GET']);
          if (found.ok && found.value !== undefined) known += 1;
          // The same bytes come to the same.
          const again = await bench(reply).keys.find(asked);
          expect(JSON.stringify(again)).toBe(JSON.stringify(found));
        }),
        cases(120),
      );
      expect(known).toBeGreaterThan(3);
    },
    patience(),
  );

  it(
    'keeps a key out of the way of its neighbours, for any reply with the good key among others',
    async () => {
      const others = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 });
      const stranger = fc.record({
        kty: fc.constantFrom('RSA', 'EC', 'oct'),
        kid: fc.constantFrom('key-2', 'key-3', '__proto__'),
        n: fc.constantFrom(second.n, 'A'.repeat(342), `${'A'.repeat(341)}B`, 'AQAB'),
        e: fc.constantFrom('AQAB', 'AA', '!'),
        issuer: fc.constantFrom(undefined, 'https://evil.example/{tenantid}/v2.0'),
      });
      await fc.assert(
        fc.asyncProperty(others, stranger, fc.boolean(), async (junk, other, isFirst) => {
          const list = isFirst ? [first, other, ...junk] : [...junk, other, first];
          const { keys } = bench({ body: JSON.stringify({ keys: list }) });
          const found = await keys.find('key-1');
          expect(found.ok && found.value && numbersOf(found.value)).toEqual({
            n: first.n,
            e: first.e,
          });
          const foreign = await keys.find(other.kid);
          if (other.issuer !== undefined) expect(foreign).toEqual({ ok: true, value: undefined });
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'asks no more often than its pauses allow, for any replies and any keys asked for',
    async () => {
      const replies = fc.array(
        fc.oneof(
          hostileReply(good),
          fc.constantFrom<Scripted>(
            { body: JSON.stringify(good) },
            { status: 503 },
            { status: 429, headers: { 'retry-after': '99999999' } },
            new TransportError('timeout'),
          ),
        ),
        { minLength: 1, maxLength: 4 },
      );
      const asks = fc.array(
        fc.tuple(fc.constantFrom('key-1', 'key-9'), fc.integer({ min: 0, max: coolDownMs })),
        { minLength: 2, maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(replies, asks, async (script, list) => {
          const { keys, clock, requests } = bench(...script);
          const askedAt: number[] = [];
          for (const [kid, pauseMs] of list) {
            const before = requests.length;
            await keys.find(kid);
            if (requests.length > before) askedAt.push(clock.monotonic());
            await clock.sleep(pauseMs);
          }
          expect(requests.length).toBe(askedAt.length);
          for (const [index, at] of askedAt.entries()) {
            const last = askedAt[index - 1];
            if (last !== undefined) expect(at - last).toBeGreaterThanOrEqual(failurePauseMs);
          }
        }),
        cases(40),
      );
    },
    patience(),
  );
});
