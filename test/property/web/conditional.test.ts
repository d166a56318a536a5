/** Entity tags and limits of lists: headers and queries that anybody may send. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditional } from '../../../src/web/conditional.ts';
import { limitIn } from '../../../src/web/paging.ts';
import type { Reply } from '../../../src/web/reply.ts';
import { cases } from '../../support/hostile-runs.ts';
import { hostileText } from '../../support/hostile-values.ts';

const reply: Reply = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"registrations":[]}',
  validator: 'whole',
};

function asked(sent: string | null, about: Reply = reply): Reply {
  return conditional(about, {
    headers: { get: (name) => (name === 'if-none-match' ? sent : null) },
  });
}

const etag = asked(null).headers['etag'] ?? '';
const noTag = hostileText.filter((text) => !text.includes(etag) && text.trim() !== '*');

describe('If-None-Match', () => {
  it('gives the whole answer for whatever is not its tag', () => {
    fc.assert(
      fc.property(noTag, (sent) => {
        const { status, body, headers } = asked(sent);
        expect([status, body, headers['etag']]).toEqual([200, reply.body, etag]);
      }),
      cases(200),
    );
  });

  it('finds its tag among others, weak or strong, however it is spaced', () => {
    const other = fc.stringMatching(/^(W\/)?"[\w-]{0,30}"$/);
    const own = fc.constantFrom(etag, `W/${etag}`);
    const blank = fc.constantFrom('', ' ', '\t', '  ');
    fc.assert(
      fc.property(
        fc.array(other, { maxLength: 8 }),
        own,
        blank,
        fc.nat(),
        (others, tag, gap, at) => {
          const place = at % (others.length + 1);
          const all = [...others.slice(0, place), tag, ...others.slice(place)];
          const { status, body } = asked(all.join(`,${gap}`));
          expect([status, body]).toEqual([304, '']);
        },
      ),
      cases(200),
    );
  });

  it('has another tag for another body, and none where nothing is to be kept', () => {
    fc.assert(
      fc.property(fc.string(), (body) => {
        const told = asked(etag, { ...reply, body });
        expect(told.status).toBe(body === reply.body ? 304 : 200);
        const { validator: _validator, ...fleeting } = { ...reply, body };
        expect(asked(etag, fleeting)).toEqual(fleeting);
      }),
      cases(200),
    );
  });

  it('reads no list of tags without end', () => {
    const sent = `${'"x",'.repeat(600)}${etag}`;
    expect(asked(sent).status).toBe(200);
  });
});

describe('limitIn()', () => {
  const bounds = { most: 500, usual: 50 };

  it('gives a whole number within bounds, or nothing', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const limit = limitIn(text, bounds);
        if (limit === undefined) return;
        expect(Number.isInteger(limit) && limit >= 1 && limit <= bounds.most).toBe(true);
        expect(text).toMatch(/^\d+$/);
      }),
      cases(200),
    );
  });

  it('takes each number that is allowed', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 1_000 }), (number) => {
        const isAllowed = number >= 1 && number <= bounds.most;
        expect(limitIn(String(number), bounds)).toBe(isAllowed ? number : undefined);
      }),
      cases(200),
    );
    expect(limitIn(null, bounds)).toBe(bounds.usual);
  });
});
