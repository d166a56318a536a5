/** Public keys as files: docs/audit-format.md, section 5. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeKey,
  encodeKey,
  keyFileName,
  keysAmong,
  thumbprintOf,
} from '../../../src/audit/key-file.ts';
import { memoryLog, testSigner } from '../../support/audit-log.ts';
import { fault, filesBehind, withEachFault } from './faults.ts';

describe('key files', () => {
  const { key } = testSigner();

  it('are read back, also with more in them', () => {
    expect(decodeKey(encodeKey(key))).toEqual(key);
    const more = { ...(JSON.parse(encodeKey(key)) as object), use: 'sig', alg: 'ES256' };
    expect(decodeKey(JSON.stringify(more, undefined, 2))).toEqual(key);
  });

  it.each<[string, object]>([
    ['another type', { kty: 'RSA' }],
    ['another curve', { crv: 'P-256K' }],
    ['no name', { kid: undefined }],
    ['a name that is no text', { kid: 7 }],
    ['a short coordinate', { x: 'AAAA' }],
    ['a coordinate with padding', { y: `${key.y.slice(0, -1)}=` }],
    ['no coordinate', { y: undefined }],
    ['a coordinate in a list', { x: [key.x] }],
    // Written otherwise, they would be the same key under another thumbprint.
    ['padding behind a coordinate', { x: `${key.x}=` }],
    ['a blank behind a coordinate', { y: `${key.y} ` }],
    ['a blank before a coordinate', { x: ` ${key.x}` }],
    ['a newline behind a coordinate', { y: `${key.y}\n` }],
  ])('with %s are none', (_, change) => {
    const text = JSON.stringify({ ...(JSON.parse(encodeKey(key)) as object), ...change });
    expect(decodeKey(text)).toBeUndefined();
  });

  it.each(['', 'null', '7', '"x"', '[]', '{'])('that say %j are none', (text) => {
    expect(decodeKey(text)).toBeUndefined();
  });

  it('have the thumbprint of RFC 7638, of which the name is no part', () => {
    // RFC 7638 orders the members crv, kty, x, y; kid and others have no part in it.
    const { x, y } = key;
    const text = `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
    expect(thumbprintOf(key)).toBe(createHash('sha256').update(text).digest('base64url'));
    expect(thumbprintOf(key)).toBe(thumbprintOf({ kid: 'another', x, y }));
    expect(thumbprintOf(key)).not.toBe(thumbprintOf(testSigner().key));
  });

  it('are none when a coordinate is written in another way', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(key.x.at(-1) ?? '');
    const x = `${key.x.slice(0, -1)}${letters[last ^ 1]}`;
    expect(Buffer.from(x, 'base64url')).toEqual(Buffer.from(key.x, 'base64url'));
    expect(decodeKey(encodeKey({ ...key, x }))).toBeUndefined();
  });

  it("have the hash of the key's name for their own", () => {
    const digest = createHash('sha256').update(key.kid).digest('hex');
    expect(keyFileName(key.kid)).toBe(`keys/${digest}.json`);
  });

  it('are found by name, once read, and only where the name is theirs', async () => {
    const log = memoryLog();
    log.put(keyFileName(key.kid), encodeKey(key));
    log.put(keyFileName('other'), encodeKey(key));
    const find = keysAmong(log);
    expect(await find(key.kid)).toEqual({ ok: true, value: key });
    expect(await find(key.kid)).toEqual({ ok: true, value: key });
    expect(log.asked).toHaveLength(1);
    expect(await find('other')).toEqual({ ok: true, value: undefined });
    expect(await find('nobody')).toEqual({ ok: true, value: undefined });
    log.put(keyFileName('long'), `${' '.repeat(5_000)}${encodeKey({ ...key, kid: 'long' })}`);
    expect(await find('long')).toEqual({ ok: true, value: undefined });
  });

  it('that cannot be read are told as that, not as none', async () => {
    const log = memoryLog();
    log.put(keyFileName(key.kid), encodeKey(key));
    const told = await withEachFault((gate) => keysAmong(filesBehind(log, gate))(key.kid));
    expect(told).toEqual([{ ok: false, fault }]);
  });
});
