import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { everyCaller } from '../../../src/local/simulators/vault-access.ts';
import {
  type SimulatedVaultOptions,
  simulatedVault,
} from '../../../src/local/simulators/vault-simulator.ts';
import type { VaultChange } from '../../../src/local/simulators/vault-state.ts';

const origin = 'https://demo.vault.localhost:8443';
const start = Date.UTC(2026, 0, 1);

interface Body {
  value?: string;
  id?: string;
  nextLink?: string | null;
  attributes?: Record<string, unknown>;
  tags?: Record<string, string>;
  contentType?: string;
  recoveryId?: string;
  error?: { code: string; message: string; innererror?: { code: string } };
}

function bench(options: Partial<SimulatedVaultOptions> = {}, seed = 1) {
  const clock = { at: start };
  const vault = simulatedVault(
    { now: () => clock.at, random: seededRandom(seed) },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/tenant',
      resource: 'https://vault.localhost',
      accepts: (token) => (token === 'reader' ? 'forbidden' : token !== 'stranger'),
      ...options,
    },
  );

  async function call(
    method: string,
    path: string,
    { body, token = 'keeper' }: { body?: unknown; token?: string } = {},
  ) {
    const url = path.startsWith('https:')
      ? path
      : `${origin}${path}${path.includes('?') ? '&' : '?'}api%2Dversion=2026-04-01`;
    const response = await vault.fetch(
      new Request(url, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body & { value: never },
      text,
    };
  }

  return { vault, call, clock };
}

function inner(body: Body) {
  return [body.error?.code, body.error?.innererror?.code];
}

async function listAll(call: ReturnType<typeof bench>['call'], path: string) {
  const pages: Body[][] = [];
  for (let next: string | null = path; next !== null;) {
    // oxlint-disable-next-line no-await-in-loop
    const { status, text } = await call('GET', next);
    expect(status).toBe(200);
    const page = JSON.parse(text) as { value: Body[]; nextLink: string | null };
    pages.push(page.value);
    next = page.nextLink;
  }
  return pages;
}

describe('the gate of a simulated vault', () => {
  it('answers a request without a token with a challenge, and stores nothing', async () => {
    const { vault } = bench();
    const response = await vault.fetch(
      new Request(`${origin}/secrets/a?api-version=2026-04-01`, {
        method: 'PUT',
        body: '{"value":"x"}',
      }),
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer authorization="https://login.localhost/tenant", resource="https://vault.localhost"',
    );
    expect(vault.state.current('a')).toBeUndefined();
  });

  it('challenges a token that is not for it, and forbids one without a role', async () => {
    const { call } = bench();
    const stranger = await call('GET', '/secrets', { token: 'stranger' });
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toContain('resource=');
    const reader = await call('GET', '/secrets', { token: 'reader' });
    expect([reader.status, ...inner(reader.body)]).toEqual([403, 'Forbidden', 'ForbiddenByRbac']);
  });

  it('lets rights be taken from one caller or all, and given back', async () => {
    const { call, vault } = bench({ callerOf: (token) => token.split('.')[0]! });
    vault.access.forbid('worker', ['set']);
    expect(
      (await call('PUT', '/secrets/a', { token: 'worker.1', body: { value: 'x' } })).status,
    ).toBe(403);
    expect((await call('GET', '/secrets', { token: 'worker.2' })).status).toBe(200);
    expect((await call('PUT', '/secrets/a', { token: 'web.1', body: { value: 'x' } })).status).toBe(
      200,
    );
    vault.access.forbid(everyCaller);
    expect((await call('GET', '/secrets', { token: 'web.1' })).status).toBe(403);
    vault.access.allow(everyCaller);
    vault.access.allow('worker');
    expect(
      (await call('PUT', '/secrets/a', { token: 'worker.1', body: { value: 'x' } })).status,
    ).toBe(200);
  });

  it('decodes query keys, and wants a known api-version', async () => {
    const { call } = bench();
    expect((await call('GET', `${origin}/secrets?api%2Dversion=7.4`)).status).toBe(200);
    expect((await call('GET', `${origin}/secrets?api-version=7.4`)).status).toBe(200);
    expect((await call('GET', `${origin}/secrets`)).body.error?.code).toBe('BadParameter');
    expect((await call('GET', `${origin}/secrets?api-version=1.0`)).status).toBe(400);
  });

  it('gives every reply a request id of its own', async () => {
    const { call, vault } = bench();
    const replies = [
      await call('GET', '/secrets'),
      await call('GET', '/secrets/none'),
      await call('GET', '/secrets', { token: 'stranger' }),
      await call('POST', '/nowhere'),
      vault.refusal(503),
    ];
    const ids = replies.map(({ headers }) => headers.get('x-ms-request-id'));
    expect(ids.every((id) => id !== null && id.length === 36)).toBe(true);
    expect(new Set(ids).size).toBe(replies.length);
  });

  it('refuses what it does not offer', async () => {
    const { call } = bench();
    expect((await call('POST', '/secrets/a')).status).toBe(405);
    expect((await call('PATCH', '/secrets/a', { body: {} })).status).toBe(405);
  });

  it('makes refusals in its own shape for the fault layer', async () => {
    const response = bench().vault.refusal(429, 7);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.json()).toMatchObject({ error: { code: 'Throttled' } });
    expect(bench().vault.refusal(401).headers.has('www-authenticate')).toBe(true);
  });
});

describe('writing secrets', () => {
  it('makes a new version on every PUT, also of the same value', async () => {
    const { call, vault, clock } = bench();
    const first = await call('PUT', '/secrets/Alpha', { body: { value: 'one', attributes: {} } });
    clock.at += 5000;
    const body = {
      value: 'one',
      tags: { intent: 'i1' },
      contentType: 'text/plain',
      attributes: { enabled: true, exp: 2_000_000_000, nbf: 1_700_000_000 },
    };
    const second = await call('PUT', '/secrets/alpha', { body });
    expect(first.status).toBe(200);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.body.id).toMatch(
      /^https:\/\/demo\.vault\.localhost:8443\/secrets\/Alpha\/[0-9a-f]{32}$/u,
    );
    expect(second.body).toMatchObject({
      value: 'one',
      tags: { intent: 'i1' },
      contentType: 'text/plain',
      attributes: {
        enabled: true,
        exp: 2_000_000_000,
        nbf: 1_700_000_000,
        created: (start + 5000) / 1000,
        updated: (start + 5000) / 1000,
        recoverableDays: 90,
      },
    });
    expect(vault.state.versions('ALPHA').length).toBe(2);
  });

  const many = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`t${index}`, 'x']));
  it.each([
    ['a missing body', undefined],
    ['a missing value', { attributes: {} }],
    ['an empty value', { value: '' }],
    ['a value that is no string', { value: 7 }],
    ['a value over 25 KB', { value: 'x'.repeat(25 * 1024 + 1) }],
    ['a content type over 255 characters', { value: 'x', contentType: 'x'.repeat(256) }],
    ['16 tags', { value: 'x', tags: many }],
    ['a tag over 256 characters', { value: 'x', tags: { key: 'x'.repeat(257) } }],
    ['a tag that is no string', { value: 'x', tags: { key: 1 } }],
    ['an end that is no whole number', { value: 'x', attributes: { exp: 1.5 } }],
  ])('refuses %s', async (_, body) => {
    const { call, vault } = bench();
    const reply = await call('PUT', '/secrets/a', { body });
    expect([reply.status, reply.body.error?.code]).toEqual([400, 'BadParameter']);
    expect(vault.state.current('a')).toBeUndefined();
  });

  it('accepts what is just within the limits', async () => {
    const { call } = bench();
    const tags = Object.fromEntries(
      Object.entries(many)
        .slice(1)
        .map(([key]) => [key, 'x'.repeat(256)]),
    );
    const body = { value: 'x'.repeat(25 * 1024), contentType: 'x'.repeat(255), tags };
    expect((await call('PUT', `/secrets/${'n'.repeat(127)}`, { body })).status).toBe(200);
  });

  it.each(['under_score', 'dot.ted', 'n'.repeat(128)])('refuses the name %s', async (name) => {
    expect((await bench().call('PUT', `/secrets/${name}`, { body: { value: 'x' } })).status).toBe(
      400,
    );
  });

  it('changes properties by PATCH without a new version, and never the value', async () => {
    const { call, vault, clock } = bench();
    const { version } = vault.putByHand('a', { value: 'x', tags: { old: '1' }, expSeconds: 5 });
    clock.at += 3000;
    const reply = await call('PATCH', `/secrets/a/${version}`, {
      body: { attributes: { enabled: false }, tags: { new: '2' } },
    });
    expect(reply.body.tags).toEqual({ new: '2' });
    expect(reply.body.attributes).toMatchObject({
      enabled: false,
      exp: 5,
      updated: start / 1000 + 3,
      created: start / 1000,
    });
    expect(reply.text).not.toContain('"value"');
    expect(vault.state.versions('a').map(({ value }) => value)).toEqual(['x']);
    expect((await call('PATCH', `/secrets/a/${version}`, { body: { value: 'y' } })).status).toBe(
      400,
    );
    expect((await call('PATCH', `/secrets/a/${'0'.repeat(32)}`, { body: {} })).status).toBe(404);
  });

  it('throttles at 300 creations in ten seconds, sometimes without saying how long', async () => {
    const { call, vault, clock } = bench();
    const replies = await Promise.all(
      Array.from({ length: 360 }, () => call('PUT', '/secrets/a', { body: { value: 'x' } })),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBe(60);
    expect(vault.state.versions('a').length).toBe(300);
    expect(refused[0]?.body.error?.code).toBe('Throttled');
    const waits = refused.map(({ headers }) => headers.get('retry-after'));
    expect(new Set(waits)).toEqual(new Set([null, '10']));
    expect((await call('GET', '/secrets/a/')).status).toBe(200);
    clock.at += 10_000;
    expect((await call('PUT', '/secrets/a', { body: { value: 'x' } })).status).toBe(200);
  });
});

describe('reading secrets', () => {
  it('gives the latest version, with and without the trailing slash, or the one asked for', async () => {
    const { call, vault } = bench();
    const old = vault.putByHand('a', { value: 'old' });
    vault.putByHand('a', { value: 'new' });
    expect((await call('GET', '/secrets/a/')).body.value).toBe('new');
    expect((await call('GET', '/secrets/A')).body.value).toBe('new');
    expect((await call('GET', `/secrets/a/${old.version}`)).body.value).toBe('old');
  });

  it('gives secrets that have ended or do not count yet', async () => {
    const { call, vault } = bench();
    vault.putByHand('ended', { value: 'x', expSeconds: 1 });
    vault.putByHand('early', { value: 'x', nbfSeconds: 4_000_000_000 });
    expect((await call('GET', '/secrets/ended/')).status).toBe(200);
    expect((await call('GET', '/secrets/early/')).status).toBe(200);
  });

  it('does not fall back to an older version when the latest is disabled', async () => {
    const { call, vault } = bench();
    const old = vault.putByHand('a', { value: 'old' });
    const latest = vault.putByHand('a', { value: 'new' });
    vault.disableByHand('a');
    for (const path of ['/secrets/a/', `/secrets/a/${latest.version}`]) {
      // oxlint-disable-next-line no-await-in-loop
      const reply = await call('GET', path);
      expect([reply.status, ...inner(reply.body)]).toEqual([403, 'Forbidden', 'SecretDisabled']);
    }
    expect((await call('GET', `/secrets/a/${old.version}`)).status).toBe(200);
  });

  it('knows no secret or version that never was', async () => {
    const { call, vault } = bench();
    vault.putByHand('a', { value: 'x' });
    for (const path of ['/secrets/b/', `/secrets/a/${'f'.repeat(32)}`]) {
      // oxlint-disable-next-line no-await-in-loop
      const reply = await call('GET', path);
      expect([reply.status, reply.body.error?.code]).toEqual([404, 'SecretNotFound']);
    }
  });
});

describe('lists of a simulated vault', () => {
  it('come in pages of 25 with links to the host and port called, complete and without values', async () => {
    const { call, vault, clock } = bench();
    const made = Array.from({ length: 60 }, () => {
      clock.at += 1000;
      return vault.putByHand('a', { value: 'hush', tags: { k: 'v' } }).version;
    });
    const first = await call('GET', '/secrets/a/versions');
    expect(first.body.nextLink?.startsWith(`${origin}/secrets/a/versions?`)).toBe(true);
    const pages = await listAll(call, '/secrets/a/versions');
    expect(pages.map((page) => page.length)).toEqual([25, 25, 10]);
    const versions = pages.flat().map(({ id }) => id!.split('/').at(-1)!);
    expect(versions.toSorted()).toEqual(made.toSorted());
    expect(versions).not.toEqual(made);
    expect(versions).not.toEqual(made.toReversed());
    expect(JSON.stringify(pages)).not.toContain('hush');
    expect(pages.flat()[0]).toMatchObject({ tags: { k: 'v' }, attributes: { enabled: true } });
  });

  it('hide nothing that was there before a write between two pages', async () => {
    const { call, vault } = bench();
    const made = Array.from({ length: 30 }, () => vault.putByHand('a', { value: 'x' }).version);
    const first = JSON.parse((await call('GET', '/secrets/a/versions')).text) as {
      value: Body[];
      nextLink: string;
    };
    for (let n = 0; n < 20; n += 1) vault.putByHand('a', { value: 'y' });
    const rest = await listAll(call, first.nextLink);
    const seen = [first.value, ...rest].flat().map(({ id }) => id!.split('/').at(-1)!);
    expect(made.filter((version) => !seen.includes(version))).toEqual([]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('have no promised order from one listing to the next', async () => {
    const { call, vault } = bench();
    for (let n = 0; n < 20; n += 1) vault.putByHand(`s${n}`, { value: 'x' });
    const one = (await listAll(call, '/secrets')).flat().map(({ id }) => String(id));
    const other = (await listAll(call, '/secrets')).flat().map(({ id }) => String(id));
    expect(one).not.toEqual(other);
    expect(new Set(one)).toEqual(new Set(other));
    expect(one).toContain(`${origin}/secrets/s0`);
  });

  it('show disabled secrets, take maxresults of 1 to 25, and are empty for unknown names', async () => {
    const { call, vault } = bench();
    vault.putByHand('a', { value: 'x' });
    vault.putByHand('b', { value: 'x' });
    vault.disableByHand('a');
    expect((await listAll(call, '/secrets?maxresults=1')).map((page) => page.length)).toEqual([
      1, 1,
    ]);
    expect((await call('GET', '/secrets?maxresults=26')).status).toBe(400);
    expect((await call('GET', '/secrets?maxresults=0')).status).toBe(400);
    expect(await listAll(call, '/secrets/none/versions')).toEqual([[]]);
  });
});

describe('deleting secrets', () => {
  it('is soft, takes some seconds, and bars the name', async () => {
    const { call, vault, clock } = bench();
    const { version } = vault.putByHand('a', { value: 'x' });
    const deletion = await call('DELETE', '/secrets/a');
    expect(deletion.body.recoveryId).toBe(`${origin}/deletedsecrets/a`);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(404);
    const early = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect([early.status, ...inner(early.body)]).toEqual([409, 'Conflict', 'ObjectIsBeingDeleted']);
    expect((await call('POST', '/deletedsecrets/a/recover')).status).toBe(409);

    clock.at += 10_000;
    expect((await call('GET', '/deletedsecrets/a')).body.id).toContain(version);
    const late = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect([late.status, ...inner(late.body)]).toEqual([
      409,
      'Conflict',
      'ObjectIsDeletedButRecoverable',
    ]);
    expect((await call('GET', '/secrets/a/')).body.error?.code).toBe('SecretNotFound');
    expect((await listAll(call, '/secrets')).flat()).toEqual([]);
    expect((await listAll(call, '/deletedsecrets')).flat()).toHaveLength(1);
  });

  it('can be undone, after some seconds, with all versions', async () => {
    const { call, vault, clock } = bench();
    vault.putByHand('a', { value: 'one' });
    vault.putByHand('a', { value: 'two' });
    vault.deleteByHand('a');
    clock.at += 10_000;
    expect((await call('POST', '/deletedsecrets/a/recover')).status).toBe(200);
    expect((await call('GET', '/secrets/a/')).status).toBe(404);
    const early = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect(inner(early.body)).toEqual(['Conflict', 'ObjectIsBeingRecovered']);
    clock.at += 10_000;
    expect((await call('GET', '/secrets/a/')).body.value).toBe('two');
    expect(vault.state.versions('a').length).toBe(2);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(404);
  });

  it('frees the name by a purge, or when the retention is over', async () => {
    const { call, vault, clock } = bench({ retentionDays: 7 });
    vault.putByHand('a', { value: 'x' });
    vault.putByHand('b', { value: 'x' });
    vault.deleteByHand('a');
    vault.deleteByHand('b');
    clock.at += 10_000;
    vault.purge('a');
    expect((await call('PUT', '/secrets/a', { body: { value: 'y' } })).status).toBe(200);
    expect((await call('PUT', '/secrets/b', { body: { value: 'y' } })).status).toBe(409);
    clock.at += 7 * 86_400_000;
    expect((await call('PUT', '/secrets/b', { body: { value: 'y' } })).status).toBe(200);
    expect(vault.state.versions('b').length).toBe(1);
  });

  it('cannot be made final while purge protection is on', async () => {
    const { call, vault, clock } = bench({ purgeProtection: true });
    vault.putByHand('a', { value: 'x' });
    vault.deleteByHand('a');
    clock.at += 10_000;
    expect((await call('DELETE', '/deletedsecrets/a')).status).toBe(403);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(200);
  });

  it('tells each change, by hand or not, once', async () => {
    const changes: VaultChange[] = [];
    const { call, vault, clock } = bench({ onChange: (change) => changes.push(change) });
    await call('PUT', '/secrets/a', { body: { value: 'x' } });
    await call('PUT', '/secrets/a', { body: { value: '' } });
    vault.disableByHand('a');
    await call('DELETE', '/secrets/a');
    clock.at += 10_000;
    vault.recoverByHand('a');
    expect(changes.map(({ kind }) => kind)).toEqual([
      'new-version',
      'changed',
      'deleted',
      'recovered',
    ]);
  });
});
