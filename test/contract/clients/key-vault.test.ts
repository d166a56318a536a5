/** Role: the client of Key Vault before a vault that means it harm. */
import { describe, expect, it } from 'vitest';
import { keyVault } from '../../../src/clients/key-vault.ts';
import { azureHttpClient } from '../../../src/clients/key-vault-http.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { manualClock, scripted } from '../../unit/clients/scripted.ts';

const ref = { vault: 'demo', name: 'mail-secret' };

function hostile(reply: (request: Request) => Response) {
  const requests: string[] = [];
  const clock = manualClock();
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.localhost`,
    credential: {
      getToken: async () => ({ token: 'good', expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    transport: fetchTransport((request) => {
      requests.push(request.url);
      if (request.headers.has('authorization')) return reply(request);
      const challenge =
        'Bearer authorization="https://login.localhost/t", resource="https://vault.localhost"';
      return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
    }),
    clock,
  });
  return { vault, requests };
}

/** A version as the vault writes it. */
const bundle = (version: string, more: object = {}) => ({
  id: `https://demo.vault.localhost/secrets/mail-secret/${version}`,
  attributes: { enabled: true, created: 1_700_000_000, updated: 1_700_000_000 },
  ...more,
});

const refusal = (status: number, code: string, inner: object = {}) =>
  Response.json({ error: { code, message: '', ...inner } }, { status });

/** A list without end that never shows the newest version, nor `hidden`. */
function endless(newest: () => Response) {
  let page = 0;
  return hostile(({ url }) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith('/versions')) {
      page += 1;
      const nextLink = `https://demo.vault.localhost${pathname}?page=${page}`;
      return Response.json({ value: [bundle(`listed${page}`)], nextLink });
    }
    if (pathname.endsWith('/hidden')) return Response.json(bundle('hidden', { value: 'old' }));
    if (pathname.endsWith('/shut')) {
      return refusal(403, 'Forbidden', { innererror: { code: 'SecretDisabled' } });
    }
    if (pathname.endsWith('/gone')) return refusal(404, 'SecretNotFound');
    return newest();
  });
}
const found = () => Response.json(bundle('newest', { value: 'text-of-it' }));

describe('keyVault() before a hostile vault', () => {
  it.each([
    ['no JSON', () => new Response('<html>', { headers: { 'content-type': 'application/json' } })],
    ['null', () => Response.json(null)],
    ['a list', () => Response.json([1])],
    ['versions that are none', () => Response.json({ value: 7 })],
    ['a version without an id', () => Response.json({ value: [{}] })],
    [
      'attributes of the wrong type',
      () =>
        Response.json({
          value: [{ id: 'https://demo.vault.localhost/secrets/a/b', attributes: 7 }],
        }),
    ],
    ['a 404 that is not its own', () => new Response('nginx', { status: 404 })],
    [
      'a redirect',
      () => new Response('', { status: 307, headers: { location: 'https://evil.example/' } }),
    ],
  ])('calls %s malformed', async (_, reply) => {
    const { vault, requests } = hostile(reply);
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault' },
    });
    expect(requests.every((url) => url.startsWith('https://demo.vault.localhost/'))).toBe(true);
  });

  it('sends no token where a page points away', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://evil.example/secrets' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    });
    expect(requests.some((url) => url.includes('evil'))).toBe(false);
  });

  it('refuses to send to another address, whatever the library wants', async () => {
    const { transport, requests } = scripted({});
    const client = azureHttpClient(transport, 'https://demo.vault.localhost');
    const request = { url: 'https://evil.example/', method: 'GET' };
    const sent = client.sendRequest(request as Parameters<typeof client.sendRequest>[0]);
    await expect(sent).rejects.toMatchObject({ kind: 'misdirected' });
    expect(requests).toHaveLength(0);
  });

  describe('with more versions than are listed', () => {
    const tooMany = { ok: false, fault: { kind: 'malformed', code: 'too-many-pages' } };
    /** What memory names: one beyond the list, one that is listed, and two that nobody can read. */
    const named = ['hidden', 'listed1', 'shut', 'gone'];

    it('knows the newest, those listed and those named', async () => {
      const { vault, requests } = endless(found);
      const seen = await vault.readSecret(ref, named);
      expect(seen).toMatchObject({
        ok: true,
        value: { current: { version: 'newest', enabled: true, hint: 'tex' } },
      });
      const versions = seen.ok ? (seen.value?.versions.map((one) => one.version) ?? []) : [];
      expect(versions[0]).toBe('newest');
      expect(versions.toSorted()).toEqual(
        [
          'newest',
          'hidden',
          ...Array.from({ length: 40 }, (_, at) => `listed${at + 1}`),
        ].toSorted(),
      );
      expect(requests.some((url) => url.includes('/listed1?'))).toBe(false);
    });

    it('asks for no more than fifty of those named', async () => {
      const { vault, requests } = endless(found);
      const many = Array.from({ length: 60 }, (_, at) => `named${at}`);
      expect(await vault.readSecret(ref, many)).toMatchObject({ ok: true });
      expect(requests.filter((url) => url.includes('/named')).length).toBe(50);
    });

    it.each([
      ['nobody names a version', found, undefined],
      [
        'the newest one is disabled',
        () => refusal(403, 'Forbidden', { innererror: { code: 'SecretDisabled' } }),
        named,
      ],
      ['the newest one is gone', () => refusal(404, 'SecretNotFound'), named],
    ])('knows nothing where %s', async (_, newest, names) => {
      expect(await endless(newest).vault.readSecret(ref, names)).toMatchObject(tooMany);
    });
  });

  it('ends after its bound of pages', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://demo.vault.localhost/secrets/a/versions?x=1' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'too-many-pages' },
    });
    expect(requests.length).toBeLessThan(50);
  });
});
