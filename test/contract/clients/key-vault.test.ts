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
