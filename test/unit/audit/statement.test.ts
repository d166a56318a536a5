/** The signed statement of a checkpoint: docs/audit-format.md, section 5. */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import type { PublicKey } from '../../../src/audit/signer.ts';
import {
  decodeJws,
  encodeJws,
  isSignedBy,
  signingInput,
  type SignedStatement,
  type Statement,
} from '../../../src/audit/statement.ts';
import { testSigner } from '../../support/audit-log.ts';

const statement: Statement = {
  v: 1,
  kind: 'keeper-checkpoint',
  number: 1,
  at: '2026-11-02T08:00:00.000Z',
  log: 'log',
  build: 'build',
  prev: '0'.repeat(64),
  heads: 'a'.repeat(64),
  root: 'b'.repeat(64),
  chains: 2,
  entries: 12,
  broken: 0,
};
const header = { alg: 'ES256', kid: 'key-1', typ: 'keeper-checkpoint+jws' };
const signature = new Uint8Array(64).fill(7);

/** A file whose parts say this, in canonical JSON. */
function fileOf(head: unknown, payload: unknown, bytes: Uint8Array = signature): string {
  const texts = [canonicalJson(head), canonicalJson(payload)];
  const parts = texts.map((text) => Buffer.from(text).toString('base64url'));
  return `${[...parts, Buffer.from(bytes).toString('base64url')].join('.')}\n`;
}

/** A part that says the same with a blank behind it. */
function withBlank(part: string): string {
  return Buffer.from(`${Buffer.from(part, 'base64url').toString()} `).toString('base64url');
}

describe('decodeJws()', () => {
  it('reads what was written', () => {
    const input = signingInput(statement, 'key-1');
    expect(encodeJws(input, signature)).toBe(fileOf(header, statement));
    expect(decodeJws(encodeJws(input, signature))).toEqual({
      statement,
      kid: 'key-1',
      id: sha256(canonicalJson(statement)),
      input: Buffer.from(input),
      signature: Buffer.from(signature),
    });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no newline', fileOf(header, statement).trim()],
    ['a second newline', `${fileOf(header, statement)}\n`],
    ['two parts', `${fileOf(header, statement).split('.').slice(0, 2).join('.')}\n`],
    ['four parts', `${fileOf(header, statement).trim()}.\n`],
    ['no header', `.${fileOf(header, statement).split('.').slice(1).join('.')}`],
    ['no payload', fileOf(header, statement).replace(/\.[^.]*\./, '..')],
    ['padding', `${fileOf(header, statement).trim()}==\n`],
    ['a header that is no object', fileOf('ES256', statement)],
    ['a header that is nothing', fileOf(null, statement)],
    ['a header that is a list', fileOf(['ES256'], statement)],
    ['a payload that is nothing', fileOf(header, null)],
    ['a payload that is a list', fileOf(header, [])],
    ['a short signature', fileOf(header, statement, signature.subarray(1))],
    ['a long signature', fileOf(header, statement, new Uint8Array(65))],
    ['no signature', fileOf(header, statement, new Uint8Array(0))],
  ])('refuses a file with %s', (_, text) => {
    expect(decodeJws(text)).toBeUndefined();
  });

  it.each<[string, object]>([
    ['another algorithm', { alg: 'none' }],
    ['another type', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
    ['a key that is no text', { kid: 7 }],
    ['no key', { kid: undefined }],
    ['more', { crit: [] }],
  ])('refuses a header with %s', (_, change) => {
    expect(decodeJws(fileOf({ ...header, ...change }, statement))).toBeUndefined();
  });

  it('refuses a header or payload that is no canonical JSON', () => {
    const [head = '', payload = '', bytes = ''] = fileOf(header, statement).trim().split('.');
    expect(decodeJws(`${head}.${payload}.${bytes}\n`)).toBeDefined();
    expect(decodeJws(`${withBlank(head)}.${payload}.${bytes}\n`)).toBeUndefined();
    expect(decodeJws(`${head}.${withBlank(payload)}.${bytes}\n`)).toBeUndefined();
    const none = Buffer.from('{').toString('base64url');
    expect(decodeJws(`${none}.${payload}.${bytes}\n`)).toBeUndefined();
    expect(decodeJws(`${head}.${none}.${bytes}\n`)).toBeUndefined();
  });

  it('refuses a part that base64url would write otherwise', () => {
    // 64 bytes end in a character of which only two bits count: four of them stand for the same bytes.
    const text = fileOf(header, statement, new Uint8Array(64));
    expect(text.endsWith('AA\n')).toBe(true);
    expect(decodeJws(text)).toBeDefined();
    expect(decodeJws(text.replace(/A\n$/, 'B\n'))).toBeUndefined();
  });

  it.each<[keyof Statement | 'unsaid', readonly unknown[]]>([
    ['v', [2, '1', undefined]],
    ['kind', ['keeper-heads', undefined]],
    ['number', [0, 1.5, '1', undefined]],
    ['at', ['2026-11-02', 7, undefined]],
    ['log', [7, undefined]],
    ['build', [7, undefined]],
    ['prev', ['0'.repeat(63), 'F'.repeat(64), undefined]],
    ['heads', ['a'.repeat(65), 'A'.repeat(64), undefined]],
    ['root', ['b'.repeat(63), 7, undefined]],
    ['chains', [-1, 0.5, '2', undefined]],
    ['entries', [-1, 0.5, '2', undefined]],
    ['broken', [-1, 0.5, '2', undefined]],
    ['unsaid', ['something', null]],
  ])('refuses a payload whose %s is not as it must be', (name, values) => {
    for (const value of values) {
      const text = fileOf(header, { ...statement, [name]: value });
      expect(decodeJws(text), String(value)).toBeUndefined();
    }
  });

  it('takes the statement over no chains', () => {
    const none = { ...statement, chains: 0, entries: 0 };
    expect(decodeJws(fileOf(header, none))?.statement).toEqual(none);
  });
});

async function signed(): Promise<{ readonly one: SignedStatement; readonly key: PublicKey }> {
  const signer = testSigner();
  const input = signingInput(statement, signer.key.kid);
  const bytes = await signer.sign(signer.key.kid, Buffer.from(input));
  const one = bytes.ok ? decodeJws(encodeJws(input, bytes.value)) : undefined;
  if (!one) throw new Error('Cannot sign');
  return { one, key: signer.key };
}

describe('isSignedBy()', () => {
  it('holds for the key that signed, and for no other', async () => {
    const { one, key } = await signed();
    expect(isSignedBy(one, key)).toBe(true);
    expect(isSignedBy(one, { ...testSigner().key, kid: key.kid })).toBe(false);
    expect(isSignedBy(one, { ...key, x: key.y })).toBe(false);
  });

  it('does not hold for the same numbers under another name', async () => {
    const { one, key } = await signed();
    expect(isSignedBy(one, { ...key, kid: 'another' })).toBe(false);
  });

  it('does not hold with more or fewer bytes than 64', async () => {
    const { one, key } = await signed();
    const longer = Buffer.concat([one.signature, Buffer.of(0)]);
    expect(isSignedBy({ ...one, signature: longer }, key)).toBe(false);
    expect(isSignedBy({ ...one, signature: one.signature.subarray(1) }, key)).toBe(false);
    expect(isSignedBy({ ...one, signature: new Uint8Array(0) }, key)).toBe(false);
  });
});
