import { describe, expect, it } from 'vitest';
import { dayMs } from '../../../src/core/limits.ts';
import { confirmPage } from '../../../src/web/page/confirm.ts';
import { messagePage } from '../../../src/web/page/message.ts';
import type { ConfirmModel } from '../../../src/web/page/model.ts';
import { bodyOf, orderRequest } from '../../../src/web/order-request.ts';
import {
  confirmSample,
  foreignKey,
  foreignSample,
  glanceSample,
  now,
  oldKey,
  servingKey,
  statusSample,
} from './page-samples.ts';
import { headingOf, wordsOf } from './page-words.ts';

const ask = (order: ConfirmModel['order'], changes: Partial<ConfirmModel> = {}) =>
  confirmPage(confirmSample({ order, ...changes }));

/** Names and values of the form's fields, as a browser would send them with the first of each choice. */
function fieldsOf(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<input\b([^>]*)>/gs)].map(([, text = '']) => {
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];
    return [attribute('name') ?? '', attribute('value') ?? ''] as const;
  });
  return Object.fromEntries(inputs.toReversed());
}

describe('confirmPage()', () => {
  it('tells of a rotation that the old credential stays and nobody signs in again', () => {
    const page = ask({ kind: 'rotate' });
    expect(headingOf(page)).toBe('Issue a new credential now?');
    expect(wordsOf(page)).toContain(
      'The one in use now stays valid until it ends, in 168 days (12 May 2027, 22:12 UTC). Nobody has to sign in again.',
    );
    expect(wordsOf(page)).toContain('it gives the new one to 2 connectors');
  });

  it('tells of a foreign credential that somebody may live on it, whom Keeper does not know', () => {
    const registration = foreignSample('application');
    const page = ask({ kind: 'retire', keyId: foreignKey }, { registration });
    const words = wordsOf(page);
    expect(words).toContain('Keeper did not make it, and does not know who uses it');
    expect(words).toContain('This cannot be undone.');
    expect(words).not.toContain('Keeper then tries the removed secret');
    expect(fieldsOf(page)).toEqual({ kind: 'retire', keyId: foreignKey });
  });

  it('takes no order for what stands on the service principal', () => {
    const registration = foreignSample('service-principal');
    const page = ask({ kind: 'retire', keyId: foreignKey }, { registration });
    expect(wordsOf(page)).toContain('Nothing: it stands on the service principal');
    expect(page).not.toContain('<form');
  });

  it('tells of a retirement that it cannot be undone', () => {
    const words = wordsOf(ask({ kind: 'retire', keyId: oldKey }));
    expect(words).toContain(
      'Keeper removes credential b81e44d7… from Entra. It would have ended in 19 days (14 Dec 2026, 22:12 UTC).',
    );
    expect(words).toContain('This cannot be undone.');
  });

  it('tells of a leak that users may have to sign in again, and has that accepted', () => {
    const page = ask({ kind: 'compromised' });
    expect(wordsOf(page)).toContain(
      'Users of a connector that could not be moved in time must sign in again.',
    );
    expect(page).toMatch(/name="endGrants"\s+value="accept"\s+required/);
  });

  it('tells of a freeze when it ends', () => {
    expect(wordsOf(ask({ kind: 'freeze' }))).toContain('7 days until 2 Dec 2026, 22:12 UTC');
  });

  it.each<[ConfirmModel['order']]>([
    [{ kind: 'rotate' }],
    [{ kind: 'freeze' }],
    [{ kind: 'retire', keyId: oldKey }],
    [{ kind: 'compromised' }],
  ])('has fields that make an order of $kind', (order) => {
    const { reason, keyIds, ...fields } = fieldsOf(ask(order));
    const body = {
      ...fields,
      ...(reason === undefined ? {} : { reason: 'asked for' }),
      ...(keyIds === undefined ? {} : { keyIds: [keyIds] }),
    };
    const read = orderRequest.parse({ registration: 'calendar', order: body });
    expect(bodyOf(read, now)).toMatchObject({ kind: order.kind });
  });

  it.each([
    ['in use', servingKey, 'Nothing: it is the one in use, so Keeper would refuse.'],
    ['not listed', 'nowhere', 'Entra lists no such credential'],
  ])('has no form for a credential that is %s', (_, keyId, why) => {
    const page = ask({ kind: 'retire', keyId });
    expect(wordsOf(page)).toContain(why);
    expect(page).not.toContain('<form');
  });

  it('has no form for an old credential that a connector still holds', () => {
    const [connector] = statusSample().connectors;
    if (!connector) throw new Error('no sample');
    const registration = glanceSample({}, { connectors: [{ ...connector, keyId: oldKey }] });
    const page = ask({ kind: 'retire', keyId: oldKey }, { registration });
    expect(wordsOf(page)).toContain('1 connector holds it');
    expect(page).not.toContain('<form');
  });

  it('says why a form was not taken', () => {
    expect(ask({ kind: 'rotate' }, { fault: '"reason" is missing.' })).toMatch(
      /role="alert">.*&quot;reason&quot; is missing\./s,
    );
  });

  it('has no form for those who may only read', () => {
    const page = ask({ kind: 'rotate' }, { mayOperate: false });
    expect(page).not.toContain('<form');
    expect(wordsOf(page)).toContain('Orders need the role Keeper.Operate.');
  });

  it('is readable before the first look', () => {
    const registration = glanceSample({ status: 'not-looked-yet', renewalAt: null });
    expect(wordsOf(ask({ kind: 'rotate' }, { registration }))).toContain(
      'it gives the new one to its connectors',
    );
  });

  it('lets a freeze last no longer than an order may', () => {
    const untils = [...ask({ kind: 'freeze' }).matchAll(/value="(\d{4}-[^"]+)"/g)].map(
      ([, at = '']) => Date.parse(at),
    );
    expect(untils.map((at) => (at - now) / dayMs)).toEqual([1, 7, 30]);
  });
});

describe('messagePage()', () => {
  it('says what is wrong, and what to do', () => {
    const page = messagePage({
      title: 'Not allowed',
      text: 'You have no role.',
      remedy: 'Ask for one.',
    });
    expect(headingOf(page)).toBe('Not allowed');
    expect(wordsOf(page)).toContain('You have no role. What to do Ask for one.');
  });

  it('says nothing to do where there is nothing to do', () => {
    expect(wordsOf(messagePage({ title: 'Not found', text: 'No such page.' }))).not.toContain(
      'What to do',
    );
  });
});
