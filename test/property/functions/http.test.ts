/** Bodies of requests: any bytes, of any length. */
import fc from 'fast-check';
import type { HttpRequest } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { boundedBody, responseOf } from '../../../src/functions/http.ts';
import { cases, patience } from '../../support/hostile-runs.ts';

/** The part of a request that is read here: some bytes, in one piece or in many, of a told length or not. */
function requestWith(bytes: Uint8Array<ArrayBuffer>, piece = 64, isTold = false) {
  const headers = isTold ? { 'content-length': String(bytes.length) } : {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece) {
        controller.enqueue(bytes.slice(at, at + piece));
      }
      controller.close();
    },
  });
  return { headers: new Headers(headers), body } as Pick<HttpRequest, 'headers' | 'body'>;
}

describe('boundedBody()', () => {
  it(
    'is the text of the bytes, or longer than the bound, for any bytes',
    async () => {
      const bytes = fc.uint8Array({ maxLength: 300 });
      const bounds = fc.integer({ min: 0, max: 200 });
      const pieces = fc.integer({ min: 1, max: 300 });
      await fc.assert(
        fc.asyncProperty(bytes, bounds, pieces, fc.boolean(), async (given, bound, piece, told) => {
          const copy = Uint8Array.from(given);
          const text = await boundedBody(requestWith(copy, piece, told), bound);
          if (copy.length > bound) expect(Buffer.byteLength(text)).toBe(bound + 1);
          else expect(text).toBe(Buffer.from(copy).toString('utf8'));
        }),
        cases(300),
      );
    },
    patience(),
  );

  it('is small, for a body of a million bytes', async () => {
    const text = await boundedBody(requestWith(new Uint8Array(1_000_000)), 4_096);
    expect(text.length).toBe(4_097);
  });
});

describe('responseOf()', () => {
  it('changes nothing of any reply', () => {
    const reply = fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.dictionary(fc.string(), fc.string()),
      body: fc.string(),
    });
    fc.assert(
      fc.property(reply, (one) => {
        expect(responseOf(one)).toEqual(one);
      }),
      cases(100),
    );
  });
});
