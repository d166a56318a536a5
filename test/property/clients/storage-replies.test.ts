/** Whatever the storage service replies: no exception, nobody else asked, no end without end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobAuditFiles, blobCheckpoints } from '../../../src/clients/audit-files.ts';
import { blobChains } from '../../../src/clients/chain-store.ts';
import { storageProbes } from '../../../src/clients/doctor-storage.ts';
import { blobOrders } from '../../../src/clients/order-store.ts';
import { blobStates } from '../../../src/clients/state-store.ts';
import type { StorageOptions } from '../../../src/clients/storage.ts';
import { blobSwitches } from '../../../src/clients/switch-counter.ts';
import { blobText } from '../../../src/clients/text-store.ts';
import { failure, success, type Result } from '../../../src/core/fault.ts';
import type { Order } from '../../../src/core/order.ts';
import { expectOnlyTo, expectPrecise, type ClientCall } from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  hostileStorageReply,
  listedBlob,
  listingPage,
  scriptedAccount,
  storageOrigin,
} from '../../support/hostile-storage.ts';
import { expectUnpolluted } from '../../support/hostile-values.ts';
import type { Scripted } from '../../unit/clients/scripted.ts';

const date = 'Wed, 25 Nov 2026 17:37:13 GMT';
const order: Order = {
  id: '2026-01-05T08:00:00.123Z-0f8fad5b',
  registration: 'calendar',
  body: { kind: 'thaw' },
  by: 'operator-1',
  at: 1_767_600_000_123,
};
const head = {
  registration: 'calendar',
  nextLookAt: 1,
  lookedAt: 1,
  fingerprint: '',
  configuration: '',
  state: 'healthy',
  reason: 'settled',
};

/** A range of an append blob, to its end. */
function range(text: string, offset = 0): Scripted {
  const end = offset + text.length;
  return {
    status: 206,
    headers: {
      date,
      etag: '"1"',
      'content-length': String(text.length),
      'content-range': `bytes ${offset}-${end - 1}/${end}`,
      'x-ms-blob-committed-block-count': '1',
    },
    body: text,
  };
}

/** The whole of a blob. */
function whole(body: string): Scripted {
  return { headers: { date, etag: '"1"', 'content-length': String(body.length) }, body };
}

function xml(...blobs: readonly string[]): Scripted {
  const body = listingPage(blobs);
  return { headers: { 'content-type': 'application/xml', date }, body };
}

/** Pages without end. */
const endless: Scripted = {
  headers: { 'content-type': 'application/xml', date },
  body: listingPage([listedBlob('calendar.json', { lookedat: '5' })], 'again'),
};

/** A few bytes of a blob that is said to be long. */
const drop: Scripted = {
  status: 206,
  headers: {
    date,
    'content-length': '9',
    'content-range': 'bytes 0-8/999999999999',
    'x-ms-blob-committed-block-count': '1',
  },
  body: '123456789',
};

async function piecesOf(pieces: AsyncIterable<Result<Uint8Array>>): Promise<Result<string>> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) {
    if (!piece.ok) return failure(piece.fault);
    all.push(piece.value);
  }
  return success(Buffer.concat(all).toString('utf8'));
}

const start = { blob: 1, offset: 0, blocks: 0 };
const orderName = `calendar/${order.id}.json`;
const written: Scripted = { status: 201, headers: { date, etag: '"2"' } };
const prefix = '<BlobPrefix><Name>calendar/</Name></BlobPrefix>';
const state = listedBlob('calendar.json', { lookedat: '5' });

type Call = Omit<ClientCall<StorageOptions>, 'good'> & {
  /** Good replies in order, and what comes of them. */
  readonly good: readonly Scripted[];
  readonly value: unknown;
};

const read = { writes: false, most: 12 };
const pages = { writes: false, most: 303 };
const write = { writes: true, most: 3 };

const calls: readonly Call[] = [
  {
    ...read,
    name: 'chains.readTail',
    good: [range('{"a":1}\n')],
    value: { text: '{"a":1}\n', end: { blob: 1, offset: 8, blocks: 1 } },
    run: (options) => blobChains(options).readTail('calendar', start),
  },
  {
    ...write,
    name: 'chains.append',
    good: [written],
    value: { kind: 'appended', end: { blob: 1, offset: 8, blocks: 1 } },
    run: (options) => blobChains(options).append('calendar', start, '{"a":1}'),
  },
  {
    ...pages,
    name: 'chains.list',
    good: [xml(prefix)],
    value: ['calendar'],
    run: (options) => blobChains(options).list(),
  },
  {
    ...pages,
    most: 403,
    name: 'orders.list',
    good: [xml(listedBlob(orderName)), whole(JSON.stringify(order))],
    value: [order],
    run: (options) => blobOrders(options).list('calendar'),
  },
  {
    ...write,
    name: 'orders.write',
    good: [written],
    value: {},
    run: (options) => blobOrders(options).write(order),
  },
  {
    ...write,
    name: 'orders.finish',
    good: [written, { status: 202 }],
    value: {},
    run: (options) => blobOrders(options).finish(order, { result: 'done' }),
  },
  {
    ...read,
    name: 'orders.readResult',
    good: [whole('{"result":"done"}')],
    value: '{"result":"done"}',
    run: (options) => blobOrders(options).readResult(order.id),
  },
  {
    ...read,
    name: 'states.read',
    good: [whole('{"v":1}')],
    value: '{"v":1}',
    run: (options) => blobStates(options).read('calendar'),
  },
  {
    ...write,
    name: 'states.write',
    good: [{ headers: { etag: '"1"', 'x-ms-meta-v': '1' } }, written],
    value: {},
    run: (options) => blobStates(options).write('calendar', '{"v":1}', head),
  },
  {
    ...pages,
    name: 'files.list',
    good: [xml(listedBlob('calendar/1.jsonl'))],
    value: [{ name: 'audit/calendar/1.jsonl', bytes: 5 }],
    run: (options) => blobAuditFiles(options).list('audit', 'calendar'),
  },
  {
    ...read,
    name: 'files.read',
    good: [range('{"a":1}\n')],
    value: '{"a":1}\n',
    run: (options) => piecesOf(blobAuditFiles(options).read('audit/calendar/1.jsonl', 0)),
  },
  {
    ...write,
    name: 'checkpoints.create',
    good: [written],
    value: 'created',
    run: (options) => blobCheckpoints(options).create('checkpoints/00000001.jws', 'a.b.c\n'),
  },
  {
    ...write,
    name: 'switches.take',
    good: [written],
    value: true,
    run: (options) => blobSwitches(options).take(0, 5),
  },
  {
    ...read,
    name: 'text.read',
    good: [whole('a text')],
    value: 'a text',
    run: (options) => blobText(options, 'last-good.yaml').read(),
  },
  {
    ...write,
    name: 'text.write',
    good: [written],
    value: {},
    run: (options) => blobText(options, 'last-good.yaml').write('a text'),
  },
  {
    ...read,
    name: 'doctor.readProtection',
    good: [{ headers: { 'x-ms-has-immutability-policy': 'true' } }],
    value: { hasPolicy: true, hasLegalHold: false },
    run: (options) => storageProbes(options).readProtection('audit'),
  },
  {
    ...pages,
    name: 'doctor.readStateWrites',
    good: [xml(state)],
    value: [{ registration: 'calendar', lookedAt: 5, writtenAt: Date.parse(date) }],
    run: (options) => storageProbes(options).readStateWrites(),
  },
  {
    ...pages,
    name: 'doctor.readCheckpointAt',
    good: [xml(listedBlob('other.jws'))],
    value: undefined,
    run: (options) => storageProbes(options).readCheckpointAt(),
  },
];

async function told(call: Call, replies: readonly Scripted[]) {
  const { options, requests } = scriptedAccount(...replies);
  return { result: await call.run(options), requests };
}

describe('the clients of storage', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async (call) => {
      const { good, value, most, writes } = call;
      const clean = await told(call, good);
      expect(clean.result.ok && clean.result.value).toEqual(
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? expect.objectContaining(value)
          : value,
      );
      const replies = fc.array(fc.oneof(...good.map(hostileStorageReply)), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(replies, fc.nat(1), async (script, keep) => {
          const all = [...good.slice(0, keep), ...script];
          const { result, requests } = await told(call, all);
          expectUnpolluted();
          expectPrecise(result);
          expectOnlyTo([storageOrigin], requests);
          const changing = requests.filter(({ method }) => !['GET', 'HEAD'].includes(method));
          // Each write is tried once, save for one that was refused because something is not there.
          expect(changing.length).toBeLessThanOrEqual(writes ? most : 0);
          expect(requests.length).toBeLessThanOrEqual(writes ? 9 : most);
          expect((await told(call, all)).result).toEqual(result);
        }),
        {
          ...cases(25),
          examples: [
            [[endless], 0],
            [[drop], 0],
          ],
        },
      );
    },
    patience(),
  );
});
