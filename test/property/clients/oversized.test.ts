/** Replies up to the bound and past it: read whole, or a precise fault. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entraTokens } from '../../../src/clients/entra.ts';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { bodyBytes } from '../../../src/clients/limits.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { canary } from '../../unit/clients/canary.ts';
import { manualClock } from '../../unit/clients/scripted.ts';

const text = '{"value":[],"access_token":"t"}';

/** A body of so many bytes that means the same as the shortest. */
function streamed(bytes: number, pieceBytes: number): ReadableStream<Uint8Array> {
  let left = Math.max(0, bytes - text.length);
  return new ReadableStream({
    start: (stream) => stream.enqueue(Buffer.from(text)),
    pull(stream) {
      if (left === 0) return stream.close();
      const piece = Math.min(left, pieceBytes);
      left -= piece;
      stream.enqueue(Buffer.alloc(piece, ' '));
    },
  });
}

function endless(): Response {
  return new Response(streamed(Number.MAX_SAFE_INTEGER, 1_048_576));
}

function clients(reply: () => Response, bound: number) {
  const counter = { requests: 0 };
  const transport = fetchTransport(
    () => {
      counter.requests += 1;
      return reply();
    },
    { bodyBytes: bound },
  );
  const tokens = { getToken: async () => success(new Secret(canary)) };
  const baseUrl = 'https://graph.microsoft.com';
  const authority = 'https://login.microsoftonline.com';
  return {
    counter,
    graph: graphDirectory({ baseUrl, tokens, transport, clock: manualClock() }),
    entra: entraTokens({ authority, tenant: 't', transport }),
  };
}

describe('a reply', () => {
  it(
    'is read up to the bound and refused past it, for any size',
    async () => {
      const sizes = fc.record({
        bound: fc.integer({ min: text.length, max: 4_000 }),
        over: fc.integer({ min: -40, max: 40 }),
        piece: fc.integer({ min: 1, max: 2_000 }),
        status: fc.constantFrom(200, 503),
      });
      await fc.assert(
        fc.asyncProperty(sizes, async ({ bound, over, piece, status }) => {
          const bytes = Math.max(text.length, bound + over);
          const reply = (): Response => new Response(streamed(bytes, piece), { status });
          const { graph, entra, counter } = clients(reply, bound);
          const isOver = bytes > bound;
          const fault = isOver ? { kind: 'malformed', code: 'oversized' } : { kind: 'unavailable' };
          const expected = isOver || status !== 200 ? { ok: false, fault } : { ok: true };
          expect(await graph.listRegistrations()).toMatchObject(expected);
          expect(await entra.tryCredential('a', new Secret(canary))).toMatchObject(expected);
          expect(counter.requests).toBeLessThanOrEqual(4);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it('without end is read no further than the bound', async () => {
    const { graph, counter } = clients(endless, bodyBytes);
    expect(await graph.listRegistrations()).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'oversized' },
    });
    expect(counter.requests).toBe(1);
  });
});
