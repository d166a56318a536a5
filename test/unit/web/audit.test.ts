import { describe, expect, it } from 'vitest';
import { auditLog } from '../../../src/web/audit.ts';
import { chainPen, memoryLog } from '../../support/audit-log.ts';
import { webDesired } from '../../support/hostile-web.ts';

/** A log with so many entries of `calendar`. */
function logged(entries: number) {
  const files = memoryLog();
  const pen = chainPen(files, 'calendar');
  const write = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      pen.write({ kind: 'observation', seen: { what: 'foreign-version', version: `v${index}` } });
    }
  };
  write(entries);

  async function told(
    query: { before?: string; cursor?: string; limit?: string } = {},
    registration = 'calendar',
  ) {
    const { before = null, cursor = null, limit = null } = query;
    const call = { files, desired: webDesired(), registration, before, cursor, limit };
    const reply = await auditLog(call);
    const body = JSON.parse(reply.body) as { entries?: { seq: number }[]; next?: string | null };
    const seqs = body.entries?.map(({ seq }) => seq) ?? [];
    const next = new URL(body.next ?? '', 'https://keeper.example').searchParams.get('cursor');
    return { ...reply, seqs, next };
  }

  return { write, told };
}

describe('auditLog()', () => {
  it('tells each entry exactly once, the newest first, while more are written', async () => {
    const { told, write } = logged(25);
    const first = await told({ limit: '10' });
    write(7);
    const second = await told({ limit: '10', cursor: first.next ?? '' });
    const third = await told({ limit: '10', cursor: second.next ?? '' });
    const all = [...first.seqs, ...second.seqs, ...third.seqs];
    expect(all).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
    expect(third.next).toBeNull();
    expect(first.headers['link']).toMatch(
      /^<\/api\/audit\/calendar\?limit=10&cursor=[\w-]+>; rel="next"$/,
    );
    expect(third.headers['link']).toBeUndefined();
  });

  it('tells fifty unless it is asked for more or less', async () => {
    const { told } = logged(60);
    expect((await told()).seqs).toHaveLength(50);
    expect((await told({ limit: '200' })).seqs).toHaveLength(60);
  });

  it('goes on before the number of an entry', async () => {
    const { told } = logged(9);
    expect((await told({ before: '4' })).seqs).toEqual([3, 2, 1]);
  });

  it.each([
    ['a number that is none', { before: '0' }],
    ['a limit that is none', { limit: '201' }],
    ['a cursor that nobody gave', { cursor: 'OTk' }],
    ['both a number and a cursor', { before: '3', cursor: 'OTk' }],
    ['an empty cursor', { cursor: '' }],
  ])('refuses %s', async (_, query) => {
    expect((await logged(3).told(query)).status).toBe(400);
  });

  it('refuses the cursor of another registration', async () => {
    const { told } = logged(9);
    const { next } = await told({ limit: '2' });
    expect((await told({ cursor: next ?? '' }, 'internal')).status).toBe(400);
  });
});
