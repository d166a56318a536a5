/**
 * Role: the oracle can see: each law is broken on purpose before its eyes, and what is not Keeper's
 * fault is told apart from what is, so that an excuse hides nothing.
 */
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import type { Stage } from '../stage.ts';
import { chainReader } from './chain-reader.ts';
import {
  settledStage,
  pass,
  memberOf,
  appIdOf,
  request,
  lineOf,
  intentLine,
  orderLine,
  nextLine,
  wrote,
  issued,
  proved,
  issuedAndProved,
  promoted,
  pushed,
  roomyStage,
} from './oracle-bench.ts';
import { tellableText } from './wire-text.ts';

describe('the oracle', () => {
  it('finds nothing in a registration at rest', async () => {
    const { oracle, cloud } = await settledStage();
    expect(() => oracle.review()).not.toThrow();
    expect(oracle.counts.issued + cloud.directory.applications().length).toBeGreaterThan(0);
  });

  it('sees a write without an intent', async () => {
    const { oracle, cloud } = await settledStage();
    const [application] = cloud.directory.applications();
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/removePassword`;
    const keyId = application?.passwords[0]?.keyId;
    expect(() => oracle.arrives(request('POST', url, { keyId }))).toThrow(/^intent-first/);
  });

  it('sees a write long after the deadline of its intent', async () => {
    const made = await settledStage();
    const [application] = made.cloud.directory.applications();
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/addPassword`;
    await pass(made, dayMs);
    expect(() => made.oracle.arrives(request('POST', url, {}))).toThrow(/^deadline/);
  });

  it('sees a deletion at Nylas', async () => {
    const { oracle } = await settledStage();
    const url = 'https://api.us.nylas.localhost/v3/connectors/microsoft';
    expect(() => oracle.arrives(request('DELETE', url, {}))).toThrow(/^nylas: A deletion/);
  });

  it('sees a secret in a text, and not where there is none', async () => {
    const made = await settledStage();
    const text = made.cloud.vault.state.current(memberOf(made).secretName)?.value ?? '';
    expect(() => made.oracle.said('log', `it is ${text}`)).toThrow(/^secret-leaked: log/);
    expect(() => made.oracle.said('log', 'it is nothing')).not.toThrow();
  });

  it('sees that a person is told of a loss that is none', async () => {
    const made = await settledStage();
    const member = memberOf(made);
    expect(() => made.oracle.told(member, 'registration-lost')).toThrow(/^absent-is-not-unknown/);
    expect(() => made.oracle.told(member, 'settled')).not.toThrow();
  });

  it('sees a connector with a dead credential that nobody mends', async () => {
    const made = await settledStage();
    const { cloud, oracle } = made;
    const member = memberOf(made);
    const one = member.connectors[0];
    made.byHand('garbage', () =>
      cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
        settings: { clientId: appIdOf(made), clientSecret: 'abc8Q~garbage', tenant: 'common' },
      }),
    );
    await pass(made, 3 * dayMs);
    expect(() => oracle.review()).toThrow(/^connector-works/);
  });
});

describe('each law', () => {
  it('never-shorter: a working credential gives way to one that ends earlier', async () => {
    const made = await roomyStage();
    const texts = [700, 30].map((days) => issuedAndProved(made, `add-${days}`, days));
    expect(() => pushed(made, 'a-push', texts[0] ?? '')).not.toThrow();
    expect(() => pushed(made, 'another', texts[1] ?? '')).toThrow(/^never-shorter/);
  });

  it.each([700, 4])(
    'proven-first: what works for %d days more gives way to what no proof names',
    async (days) => {
      const made = await roomyStage();
      pushed(made, 'a-push', issuedAndProved(made, 'an-add', days));
      const other = issued(made, 'another-add', 740);
      expect(() => pushed(made, 'another', other.text)).toThrow(/^proven-first: .* unproven$/);
      proved(made, other);
      expect(() => pushed(made, 'a-third', other.text)).not.toThrow();
    },
  );

  it('proven-first: in the last three days an unproven one may serve', async () => {
    const made = await roomyStage();
    pushed(made, 'a-push', issuedAndProved(made, 'an-add', 3));
    const { text } = issued(made, 'another-add', 740);
    expect(() => pushed(made, 'another', text)).not.toThrow();
  });

  it('current-is-proven: the current version is written with what no proof names', async () => {
    const made = await roomyStage();
    const one = issued(made, 'an-add', 700);
    expect(() => promoted(made, 'a-promotion', one.text)).toThrow(/^current-is-proven/);
    proved(made, one);
    expect(() => promoted(made, 'another', one.text)).not.toThrow();
  });

  it('current-is-proven: a refusal takes a proof back', async () => {
    const made = await roomyStage();
    const one = issued(made, 'an-add', 700);
    proved(made, one);
    const { key } = memberOf(made);
    const { keyId, text } = one;
    made.oracle.appended(key, nextLine(made, { kind: 'proof', keyId, result: 'refused' }));
    expect(() => promoted(made, 'a-promotion', text)).toThrow(/^current-is-proven/);
  });

  it('proof: the chain calls proven what Entra gave four tokens for, or long ago', async () => {
    const made = await roomyStage();
    const one = issued(made, 'an-add', 700);
    expect(() => proved(made, one, 4)).toThrow(/^proof: .* called proven after 4 tokens/);
    const other = await roomyStage();
    const old = issued(other, 'an-add', 700);
    for (let count = 0; count < 5; count += 1) other.oracle.accepted(old.text);
    await pass(other, 6 * hourMs);
    expect(() => proved(other, old, 0)).toThrow(/^proof: .* called proven after 0 tokens/);
  });

  it('leaked: what was told leaked is there a day after its time', async () => {
    const made = await roomyStage();
    pushed(made, 'a-push', issuedAndProved(made, 'an-add', 700));
    const { keyId } = issued(made, 'another-add', 700);
    const removeAt = new Date(made.kernel.now() + 4 * hourMs).toISOString();
    made.oracle.appended(
      memberOf(made).key,
      orderLine(made, { kind: 'compromised', removeAt }, [keyId]),
    );
    await pass(made, 29 * hourMs);
    expect(() => made.oracle.review()).not.toThrow();
    await pass(made, 2 * hourMs);
    expect(() => made.oracle.review()).toThrow(/^leaked: .* is there 27 h too long/);
  });

  it('convergence: a person is asked for a slot, and one is free', async () => {
    const made = await settledStage();
    const member = memberOf(made);
    made.byHand('audience', () =>
      made.cloud.directory.changeByHand(appIdOf(made), {
        signInAudience: 'AzureADandPersonalMicrosoftAccount',
      }),
    );
    const listed = made.cloud.directory.applications()[0]?.passwords ?? [];
    expect(listed).toHaveLength(2);
    expect(() => made.oracle.toldFull(member)).not.toThrow();
    made.byHand('one less', () =>
      made.cloud.directory.removePasswordByHand(appIdOf(made), listed[1]?.keyId ?? ''),
    );
    await pass(made, hourMs);
    expect(() => made.oracle.toldFull(member)).not.toThrow();
    await pass(made, 2 * hourMs);
    expect(() => made.oracle.toldFull(member)).toThrow(/^convergence: a slot is free/);
  });

  it.each<[string, (made: Stage) => void, RegExp]>([
    [
      'the current version is disabled',
      (made) => made.cloud.vault.disableByHand(memberOf(made).secretName),
      /the current version cannot be read/,
    ],
    [
      'the current version is garbage',
      (made) => made.cloud.vault.putByHand(memberOf(made).secretName, { value: 'garbage' }),
      /Entra refuses the current version; the current version was never proven/,
    ],
    [
      'a connector was overwritten',
      (made) => {
        const [one] = memberOf(made).connectors;
        made.cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
          settings: { clientId: appIdOf(made), clientSecret: 'garbage', tenant: 'common' },
        });
      },
      /Entra refuses what .* holds/,
    ],
    [
      'the registration has other redirect URIs',
      (made) =>
        made.cloud.directory.changeByHand(appIdOf(made), {
          web: { redirectUris: ['https://example.com/callback'] },
        }),
      /the redirect URIs are https:\/\/example.com\/callback/,
    ],
    [
      'the registration has lost its permissions',
      (made) => made.cloud.directory.changeByHand(appIdOf(made), { requiredResourceAccess: [] }),
      /the permissions are none/,
    ],
    [
      'the registration is for others',
      (made) =>
        made.cloud.directory.changeByHand(appIdOf(made), { signInAudience: 'AzureADMyOrg' }),
      /the audience is another/,
    ],
    [
      'a connector asks users for something else',
      (made) => {
        const [one] = memberOf(made).connectors;
        const { hand } = made.cloud.nylas[one?.region ?? 'us'];
        hand.connectorByHand(one?.applicationId ?? '', { scope: ['User.Read'] });
      },
      /the scopes of .* are User.Read/,
    ],
  ])('convergence: Keeper tells that all is well, but %s', async (_what, change, complaint) => {
    const made = await settledStage(5 * 24);
    const member = memberOf(made);
    expect(() => made.oracle.toldWell(member, 27 * hourMs)).not.toThrow();
    made.byHand('a change', () => change(made));
    expect(() => made.oracle.toldWell(member, 25 * hourMs)).not.toThrow();
    expect(() => made.oracle.toldWell(member, 27 * hourMs)).toThrow(complaint);
  });

  it('convergence: a renewal is late, unless a slot comes free by itself in good time', async () => {
    const late = /holds what ends in \d+ days/;
    const made = await settledStage(5 * 24);
    const member = memberOf(made);
    made.byHand('audience', () =>
      made.cloud.directory.changeByHand(appIdOf(made), {
        signInAudience: 'AzureADandPersonalMicrosoftAccount',
      }),
    );
    const [first] = made.cloud.directory.applications()[0]?.passwords ?? [];
    made.cloud.directory.removePasswordByHand(appIdOf(made), first?.keyId ?? '');
    const listed = made.cloud.directory.applications()[0]?.passwords ?? [];
    const endAt = Math.max(...listed.map((one) => one.endAt));
    const leftDays = (endAt - made.kernel.now()) / dayMs;
    issued(made, 'an-add', leftDays - 8);
    await pass(made, endAt - made.kernel.now() - 30 * dayMs);
    expect(() => made.oracle.toldWell(member, 75 * hourMs)).not.toThrow(late);
    const [other] = made.cloud.directory.applications()[0]?.passwords.slice(-1) ?? [];
    made.cloud.directory.removePasswordByHand(appIdOf(made), other?.keyId ?? '');
    issued(made, 'another-add', 30 - 6);
    expect(() => made.oracle.toldWell(member, 75 * hourMs)).toThrow(late);
    // One that has long ended leaves no slot that is waited for.
    const [last] = made.cloud.directory.applications()[0]?.passwords.slice(-1) ?? [];
    made.cloud.directory.removePasswordByHand(appIdOf(made), last?.keyId ?? '');
    issued(made, 'a-short-add', 1);
    await pass(made, 4 * dayMs);
    expect(() => made.oracle.toldWell(member, 75 * hourMs)).toThrow(late);
  });

  it('convergence: Keeper tells that all is well, but an order has no answer', async () => {
    const made = await settledStage(5 * 24);
    const member = memberOf(made);
    made.oracle.appended(member.key, orderLine(made, { kind: 'rotate' }, []));
    await pass(made, 75 * hourMs);
    expect(() => made.oracle.toldWell(member, 75 * hourMs)).toThrow(
      /an order to rotate has no answer/,
    );
    made.oracle.appended(
      member.key,
      nextLine(made, { kind: 'order-end', orderId: 'an-order', result: 'refused' }),
    );
    expect(() => made.oracle.toldWell(member, 75 * hourMs)).not.toThrow(/order/);
  });

  it('one-unproven: a second credential that serves nobody is made before the first is proven', async () => {
    const made = await roomyStage();
    issued(made, 'an-add', 700);
    expect(() => made.oracle.review()).not.toThrow();
    issued(made, 'another', 700);
    expect(() => made.oracle.review()).toThrow(/^one-unproven/);
  });

  it('orphan: a credential whose text nobody has is left for more than two days', async () => {
    const made = await roomyStage();
    issued(made, 'an-add', 700);
    made.oracle.review();
    await pass(made, 47 * hourMs);
    expect(() => made.oracle.review()).not.toThrow();
    await pass(made, 2 * hourMs);
    expect(() => made.oracle.review()).toThrow(/^orphan/);
  });

  it('blind-repeat: a second request comes under the same intent', async () => {
    const made = await roomyStage();
    issued(made, 'an-add', 700);
    const [application] = made.cloud.directory.applications();
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/addPassword`;
    expect(() => made.oracle.arrives(request('POST', url, {}))).toThrow(/^blind-repeat/);
  });

  it('blast-radius: more switches within an hour than two clock hours allow', async () => {
    const made = await roomyStage();
    const ids = ['one', 'two', 'three', 'four', 'five', 'six'];
    const texts = ids.map((id, index) => issuedAndProved(made, `add-${id}`, 710 + index));
    const switched = (): void => {
      for (const [index, text] of texts.entries()) pushed(made, `push-${ids[index] ?? ''}`, text);
    };
    expect(switched).toThrow(/^blast-radius: 5 switches within an hour/);
  });

  it('nothing-twice: what was lost is to be made anew', async () => {
    const made = await roomyStage();
    const { key } = memberOf(made);
    const appId = appIdOf(made);
    made.byHand('deleted', () => made.cloud.directory.deleteApplicationByHand(appId));
    made.oracle.appended(key, intentLine(made, 'a-making', { kind: 'create-registration' }));
    const url = `https://graph.localhost/v1.0/applications(uniqueName='keeper-${key}')`;
    expect(() => made.oracle.arrives(request('PATCH', url, {}))).toThrow(/^nothing-twice/);
  });

  it('removal: the chain claims a credential that its intent did not make', async () => {
    const made = await roomyStage();
    const { key } = memberOf(made);
    const genuine = issued(made, 'an-add', 700);
    const { keyId } = made.cloud.directory.addPasswordByHand(appIdOf(made), {
      displayName: 'keeper:an-add',
    });
    const told = (id: string): string =>
      nextLine(made, { kind: 'recovery', finding: 'done', intent: 'an-add', keyId: id });
    expect(() => made.oracle.appended(key, told(genuine.keyId))).not.toThrow();
    expect(() => made.oracle.appended(key, told(keyId))).toThrow(/^removal: .* is claimed by/);
  });

  it('removal: a foreign credential goes that has ended, and whose slot nobody needs', async () => {
    const made = await roomyStage();
    const { directory } = made.cloud;
    const [application] = directory.applications();
    const appId = appIdOf(made);
    let keyId = '';
    made.byHand('a test', () => {
      const endAt = made.kernel.now() + dayMs;
      ({ keyId } = directory.addPasswordByHand(appId, { displayName: 'a test', endAt }));
    });
    await pass(made, 2 * dayMs);
    const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/removePassword`;
    const effect = { kind: 'remove-credential', keyId, why: 'ended' };
    const removal = { id: 'a-removal', effect, request: request('POST', url, { keyId }) };
    expect(() => wrote(made, removal, () => directory.removePasswordByHand(appId, keyId))).toThrow(
      /^removal: .* ended, and no slot was short/,
    );
  });
});

/** A request as it leaves. */
function leaving(method: string, url: string, body = '') {
  return {
    method,
    url: new URL(url),
    headers: new Headers({ authorization: 'Bearer nyk_v0_key', accept: 'application/json' }),
    body,
  };
}

describe('a secret on the wire', () => {
  const secret = 'abc8Q~secret';
  const vault = 'https://demo.vault.localhost/secrets/a';
  const nylas = 'https://api.us.nylas.localhost/v3/connectors/microsoft';
  const entra = 'https://login.localhost/t/oauth2/v2.0/token';
  const settings = { client_secret: secret, tenant: 'common' };

  it.each([
    ['the value of a vault secret', 'PUT', vault, JSON.stringify({ value: secret, tags: {} })],
    ['the settings of a connector', 'PATCH', nylas, JSON.stringify({ settings })],
    [
      'the data of a record',
      'PATCH',
      `${nylas}/creds/r`,
      JSON.stringify({ credential_data: settings }),
    ],
    ['a request for a token', 'POST', entra, `client_id=a&client_secret=${secret}`],
  ])('is where it belongs in %s', (_what, method, url, body) => {
    expect(body).toContain('8Q~');
    expect(tellableText(leaving(method, url, body))).not.toContain('8Q~');
  });

  it.each([
    [
      'the tags of a vault secret',
      'PUT',
      vault,
      JSON.stringify({ value: '', tags: { a: secret } }),
    ],
    ['a version that is edited', 'PATCH', `${vault}/1`, JSON.stringify({ value: secret })],
    ['the name of a connector', 'PATCH', nylas, JSON.stringify({ name: secret, settings })],
    ['a display name', 'POST', 'https://graph.localhost/v1.0/applications', `{"a":"${secret}"}`],
    ['an address', 'GET', `https://graph.localhost/v1.0/applications?$filter=${secret}`, ''],
    ['another field of the form', 'POST', entra, `client_id=${secret}&client_secret=a`],
    ['a form that goes elsewhere', 'POST', nylas, new URLSearchParams({ a: secret }).toString()],
    ['a body that is no JSON', 'PATCH', nylas, secret],
  ])('is seen in %s', async (_what, method, url, body) => {
    const made = await settledStage();
    expect(() => made.oracle.leaves(leaving(method, url, body))).toThrow(/^secret-leaked/);
  });

  it('is seen in a header, and not in the one that says who asks', async () => {
    const made = await settledStage();
    const told = leaving('GET', nylas);
    expect(() => made.oracle.leaves(told)).not.toThrow();
    told.headers.set('x-note', secret);
    expect(() => made.oracle.leaves(told)).toThrow(/^secret-leaked: a request to api\.us/);
  });
});

describe('what stood in the way', () => {
  it('excuses a connector that could not be reached, and none that could', async () => {
    const made = await settledStage();
    const { cloud, obstacles } = made;
    const member = memberOf(made);
    const one = member.connectors[0];
    const over = obstacles.begin('a test', ['push', 'issue', 'see'], [member.key]);
    made.byHand('garbage', () =>
      cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
        settings: { clientId: appIdOf(made), clientSecret: 'abc8Q~garbage', tenant: 'common' },
      }),
    );
    await pass(made, 3 * dayMs);
    expect(cloud.account.outageSeconds).toBe(0);
    over();
    // The excuse ends with what stood in the way: from then on the time counts.
    await pass(made, 3 * dayMs);
    expect(cloud.account.outageSeconds).toBeGreaterThan(0);
  });

  it('never excuses a credential that Keeper itself removed', async () => {
    const made = await settledStage();
    const { cloud, obstacles } = made;
    obstacles.begin('a test', ['push', 'issue', 'see']);
    const [application] = cloud.directory.applications();
    const serving = application?.passwords[0];
    cloud.settle();
    const { directory } = cloud;
    const call = directory.call({
      principalId: keeperIdentity.principalId,
      roles: ['Application.ReadWrite.OwnedBy'],
    });
    directory.settle();
    const { removePassword } =
      await import('../../../src/local/simulators/directory-credentials.ts');
    const list = { on: 'application', key: { by: 'appId', value: appIdOf(made) } } as const;
    removePassword(directory.store, call, { list, keyId: serving?.keyId ?? '' });
    cloud.settle();
    await pass(made, hourMs);
    expect(() => made.oracle.review()).toThrow(/^connector-works: .*removed-by-keeper/);
  });
});

describe('chainReader()', () => {
  const genesis = '0'.repeat(64);

  it('takes a chain that continues', () => {
    const reader = chainReader();
    const first = lineOf(1, genesis, { kind: 'configuration', configuration: 'a' });
    const second = lineOf(2, first.hash, { kind: 'configuration', configuration: 'b' });
    reader.appended('one', first.text, 0);
    reader.appended('one', second.text, 0);
    expect(reader.chain('one').seq).toBe(2);
  });

  it.each([
    ['another number', (first: string) => lineOf(3, first, { kind: 'configuration' }).text],
    ['another line before it', () => lineOf(2, genesis, { kind: 'configuration' }).text],
    [
      'a changed word',
      (first: string) => lineOf(2, first, { kind: 'configuration' }).text.replace('2026', '2027'),
    ],
    [
      'an outcome of nothing',
      (first: string) => lineOf(2, first, { kind: 'outcome', intent: 'x' }).text,
    ],
  ])('refuses %s', (_what, made) => {
    const reader = chainReader();
    const first = lineOf(1, genesis, { kind: 'configuration', configuration: 'a' });
    reader.appended('one', first.text, 0);
    expect(() => reader.appended('one', made(first.hash), 0)).toThrow(/^chain/);
  });
});
