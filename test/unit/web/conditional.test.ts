import { describe, expect, it } from 'vitest';
import { conditional } from '../../../src/web/conditional.ts';
import { json, lasting } from '../../../src/web/reply.ts';

const asked = (tags?: string) => ({
  headers: new Headers(tags === undefined ? {} : { 'if-none-match': tags }),
});
const reply = lasting({ a: 1 });
const tag = conditional(reply, asked()).headers['etag'] ?? '';

describe('conditional()', () => {
  it.each([
    ['the tag', tag],
    ['the tag as a weak one', `W/${tag}`],
    ['the tag among others', `"a", W/"b",${tag} , "c"`],
    ['anything', '*'],
  ])('says that it is still so to who sends %s', (_, tags) => {
    expect(conditional(reply, asked(tags))).toMatchObject({ status: 304, body: '' });
  });

  it.each([
    ['another tag', '"x"'],
    ['the tag without its quotes', tag.replaceAll('"', '')],
    ['the tag in a text', `"${tag}"`],
    ['more tags than anybody has', `${'"x", '.repeat(1_000)}${tag}`],
    ['nothing', ''],
  ])('tells it whole to who sends %s', (_, tags) => {
    const told = conditional(reply, asked(tags));
    expect(told).toMatchObject({ status: 200, body: reply.body });
    expect(told.headers['etag']).toBe(tag);
  });

  it('has a strong tag for bytes, a weak one for what they mean', () => {
    const weak = { ...json(200, { at: 1 }), validator: { of: 'same' } };
    const later = { ...json(200, { at: 2 }), validator: { of: 'same' } };
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    expect(conditional(weak, asked()).headers['etag']).toMatch(/^W\/"[\w-]{27}"$/);
    const known = conditional(weak, asked()).headers['etag'];
    expect(conditional(later, asked(known)).status).toBe(304);
  });

  it('has another tag for the same body of another kind', () => {
    const other = { ...reply, headers: { ...reply.headers, 'content-type': 'text/plain' } };
    expect(conditional(other, asked()).headers['etag']).not.toBe(tag);
  });

  it('leaves what nobody may keep as it is', () => {
    const told = conditional(json(202, {}), asked('*'));
    expect(told.status).toBe(202);
    expect(told.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(told.headers['etag']).toBeUndefined();
  });
});
