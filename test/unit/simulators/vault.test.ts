import { describe, expect, it } from 'vitest';
import { everyCaller } from '../../../src/local/simulators/vault-access.ts';
import { bench, inner, origin, start } from './vault-bench.ts';

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
