import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/core/reason.ts';
import type { RegistrationStatus } from '../../../src/core/status.ts';
import { confirmPage } from '../../../src/web/page/confirm.ts';
import { messagePage } from '../../../src/web/page/message.ts';
import type { RegistrationGlance } from '../../../src/web/page/model.ts';
import { overviewPage } from '../../../src/web/page/overview.ts';
import { registrationPage } from '../../../src/web/page/registration.ts';
import { hostileText } from '../../support/hostile-values.ts';
import { now, statusSample } from '../../unit/web/page-samples.ts';
import { parseStrictly } from './strict-markup.ts';

/** Gives a text for a field of a model; two fields never get the same. */
type Texts = (field: string) => string;

function statusOf(texts: Texts, reason: Reason): RegistrationStatus {
  const keys = [texts('key 0'), texts('key 1'), texts('key 2'), texts('key 3')];
  const roles = ['serving', 'old', 'next', 'foreign'] as const;
  return statusSample({
    id: texts('status id'),
    state: 'needs-person',
    reason,
    standing: [
      { reason, subject: texts('subject') },
      { reason: 'request-refused', subject: texts('other subject') },
    ],
    appId: texts('app id'),
    credential: { keyId: texts('key 0'), expiresAt: now + 9e9 },
    credentials: keys.map((keyId, index) => ({
      keyId,
      expiresAt: now + 9e9 + index,
      role: roles[index] ?? 'foreign',
      place: index === 0 ? 'application' : 'service-principal',
    })),
    connectors: ['one', 'two', 'three'].map((name, index) => ({
      id: texts(`connector ${name}`),
      clientId: texts(`client ${name}`),
      keyId: keys[index] ?? null,
      switchedAt: now - 9e9,
      grants: { total: 7, invalid: 1 },
    })),
  });
}

function glanceOf(texts: Texts): RegistrationGlance {
  return {
    id: texts('id'),
    displayName: texts('display name'),
    status: statusOf(texts, 'slots-full'),
    sinceAt: now - 9e7,
    renewalAt: now + 8e9,
  };
}

/** Every page with every text field filled. */
function pagesOf(texts: Texts): readonly string[] {
  const registration = glanceOf(texts);
  const shared = {
    now,
    mayOperate: true,
    fileErrors: [texts('file error'), texts('other file error')],
    notice: texts('notice'),
  };
  const confirmed = (order: Parameters<typeof confirmPage>[0]['order']) =>
    confirmPage({ ...shared, registration, order, fault: texts('fault') });
  const calm = {
    ...registration,
    status: { ...statusOf(texts, 'settled'), state: 'healthy' as const },
  };
  return [
    overviewPage({
      ...shared,
      registrations: [registration, calm, { ...registration, status: 'unreadable' }],
      page: 1,
      unmanaged: [{ registration: texts('unmanaged'), endsAt: now + 9e8, isAlarm: true }],
    }),
    registrationPage({
      ...shared,
      registration,
      frozenUntilAt: now + 9e7,
      lives: new Map([[texts('key 1'), { issuedAt: now - 9e9, promotedAt: now - 8e9 }]]),
      plan: [
        { sign: '+', text: texts('step'), reason: texts('step reason'), earliestAt: now },
        { sign: '!', text: texts('other step'), reason: texts('other step reason') },
      ],
      entries: [{ at: now - 9e6, text: texts('entry') }],
    }),
    confirmed({ kind: 'rotate' }),
    confirmed({ kind: 'freeze' }),
    confirmed({ kind: 'compromised' }),
    confirmed({ kind: 'retire', keyId: texts('key 3') }),
    confirmed({ kind: 'retire', keyId: texts('key 0') }),
    messagePage({ title: texts('title'), text: texts('text'), remedy: texts('remedy') }),
  ];
}

/** Addresses and values hold data; all other attributes are ours to the letter. */
const dataAttributes: ReadonlySet<string> = new Set(['href', 'action', 'value', 'title']);

/** What a page consists of besides its texts. */
function skeletonOf(page: string): readonly string[] {
  return parseStrictly(page).tags.map(({ name, attributes }) => {
    const parts = [...attributes].map(([key, value]) =>
      dataAttributes.has(key) ? key : `${key}=${value}`,
    );
    return [name, ...parts].join(' ');
  });
}

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)' autofocus='",
  '</style><script>alert(1)</script>',
  '</title></textarea></svg><svg onload=alert(1)>',
  '<!-- ',
  ']]>',
  '&lt;b&gt; &amp;amp; &#60; &#x3c; &lt',
  'javascript:alert(1)',
  '//elsewhere.example/',
  '\u202eevil\u2066\u200f',
  'x\u0000\u001b[2J\u0085\u2028',
  '\u{e0041}\ufeff\u00ad',
  '/../../..//',
  '..',
  '?kind=rotate&keyId=1#x',
  '`${1}`',
];

const hostile = fc.oneof(
  hostileText,
  fc.constantFrom(...attacks),
  fc
    .array(fc.constantFrom(...attacks, '<', '>', '"', "'", '&', '\n'), { maxLength: 6 })
    .map((all) => all.join('')),
);

/** Fields get texts of the list in turn; the field's name keeps them apart. */
function textsOf(list: readonly string[]): Texts {
  const given = new Map<string, string>();
  return (field) => {
    const text = given.get(field) ?? `${field}|${list[given.size % list.length] ?? ''}`;
    given.set(field, text);
    return text;
  };
}

const unseen = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

describe('the pages', () => {
  const plain = pagesOf(textsOf([''])).map(skeletonOf);

  it('consist of the same elements and attributes for any texts', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), (list) => {
        expect(pagesOf(textsOf(list)).map(skeletonOf)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('show what cannot be seen, for any texts', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), (list) => {
        expect(pagesOf(textsOf(list)).filter((page) => unseen.test(page))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('lead nowhere but to pages of Keeper, for any texts', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), (list) => {
        const tags = pagesOf(textsOf(list)).flatMap((page) => parseStrictly(page).tags);
        const addresses = tags.flatMap(({ attributes }) =>
          ['href', 'action'].flatMap((name) => attributes.get(name) ?? []),
        );
        const strange = addresses.filter(
          (one) =>
            !/^(?:\/|#main|\/\?page=\d+|\/registrations\/[\w.!~*'()%-]+(?:\/orders|\/confirm\?kind=\w+(?:&keyId=[\w.!~*'()%-]+)?)?)$/.test(
              one,
            ),
        );
        expect(strange).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('hold no script, no handler and no address outside', () => {
    const all = plain.flat();
    expect(
      all.filter((one) => /^(?:script|img|iframe|object|embed|link|base)\b/.test(one)),
    ).toEqual([]);
    expect(all.filter((one) => /\s(?:on\w+|style|src|srcset|formaction)\b/.test(one))).toEqual([]);
  });
});

describe('parseStrictly()', () => {
  it.each([
    '<b>',
    '</b>',
    '<b><i></b></i>',
    'a & b',
    '&nbsp;',
    '<b a=c></b>',
    '<b a="<"></b>',
    '<!-- -->',
    '<b a="" a=""></b>',
  ])('refuses %s', (markup) => {
    expect(() => parseStrictly(markup)).toThrow();
  });
});
