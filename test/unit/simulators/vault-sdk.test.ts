import { SecretClient } from '@azure/keyvault-secrets';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { simulatedVault } from '../../../src/local/simulators/vault-simulator.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof SecretClient>[2]>;
type HttpClient = NonNullable<ClientOptions['httpClient']>;
type PipelineRequest = Parameters<HttpClient['sendRequest']>[0];

/** The real client over an in-process transport: the simulator's fetch. */
function bench() {
  const clock = { at: Date.UTC(2026, 0, 1) };
  const vault = simulatedVault(
    { now: () => clock.at, random: seededRandom('sdk') },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/00000000-0000-0000-0000-000000000001',
      resource: 'https://vault.localhost',
      accepts: (token) => token === 'token-for-https://vault.localhost/.default',
    },
  );
  const sent: { method: string; url: string; length: number; hasToken: boolean; status: number }[] =
    [];
  const scopes: (string | string[])[] = [];
  const httpClient: HttpClient = {
    async sendRequest(request: PipelineRequest) {
      const body = typeof request.body === 'string' ? request.body : undefined;
      const reply = await vault.fetch(
        new Request(request.url, {
          method: request.method,
          headers: request.headers.toJSON(),
          ...(body !== undefined && { body }),
        }),
      );
      sent.push({
        method: request.method,
        url: request.url,
        length: body?.length ?? 0,
        hasToken: request.headers.has('authorization'),
        status: reply.status,
      });
      return {
        request,
        headers: headersOf(reply),
        status: reply.status,
        bodyAsText: await reply.text(),
      };
    },
  };
  const client = new SecretClient(
    'https://demo.vault.localhost:8443',
    {
      async getToken(scope: string | string[]) {
        scopes.push(scope);
        return { token: `token-for-${String(scope)}`, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
    { httpClient, retryOptions: { maxRetries: 0 } },
  );
  return { vault, client, sent, scopes, clock };
}

function headersOf({ headers }: Response): PipelineRequest['headers'] {
  return {
    get: (name) => headers.get(name) ?? undefined,
    has: (name) => headers.has(name),
    set: (name, value) => headers.set(name, String(value)),
    delete: (name) => headers.delete(name),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers[Symbol.iterator](),
  };
}

describe('the real SecretClient against the simulated vault', () => {
  it('goes through the challenge: first without token and body, then with both', async () => {
    const { client, sent, scopes, vault } = bench();
    const set = await client.setSecret('alpha', 'hush', { tags: { intent: 'i1' } });
    expect(sent.map(({ status, hasToken, length }) => [status, hasToken, length > 0])).toEqual([
      [401, false, false],
      [200, true, true],
    ]);
    expect(sent[0]?.url).toContain('api%2Dversion');
    expect(String(scopes[0])).toBe('https://vault.localhost/.default');
    expect(set.properties.version).toBe(vault.state.current('alpha')?.version);
    expect(vault.state.versions('alpha').length).toBe(1);
  });

  it('sets and gets values, tags and dates', async () => {
    const { client } = bench();
    const expiresOn = new Date(Date.UTC(2028, 0, 1));
    await client.setSecret('alpha', 'one');
    const set = await client.setSecret('alpha', 'two', { tags: { k: 'v' }, expiresOn });
    const got = await client.getSecret('alpha');
    expect(got.value).toBe('two');
    expect(got.properties.version).toBe(set.properties.version);
    expect(got.properties.expiresOn).toEqual(expiresOn);
    expect(got.properties.createdOn).toEqual(new Date(Date.UTC(2026, 0, 1)));
    expect(got.properties.tags).toEqual({ k: 'v' });
  });

  it('pages through all versions, and gives each of them', async () => {
    const { client, sent, clock } = bench();
    for (let n = 0; n < 57; n += 1) {
      clock.at += 1000;
      // oxlint-disable-next-line no-await-in-loop
      await client.setSecret('alpha', `value ${n}`);
    }
    sent.length = 0;
    const versions = [];
    for await (const version of client.listPropertiesOfSecretVersions('alpha'))
      versions.push(version);
    expect(versions.length).toBe(57);
    expect(new Set(versions.map(({ version }) => version)).size).toBe(57);
    expect(sent.length).toBe(3);
    const oldest = versions.toSorted((a, b) => Number(a.createdOn) - Number(b.createdOn))[0]!;
    expect((await client.getSecret('alpha', { version: oldest.version! })).value).toBe('value 0');
    const none = [];
    for await (const version of client.listPropertiesOfSecretVersions('none')) none.push(version);
    expect(none).toEqual([]);
  });

  it('fails on a disabled latest version with the codes that Keeper reads', async () => {
    const { client } = bench();
    const { properties } = await client.setSecret('alpha', 'hush');
    await client.updateSecretProperties('alpha', properties.version!, { enabled: false });
    const failure = await client.getSecret('alpha').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      statusCode: 403,
      code: 'Forbidden',
      details: { error: { code: 'Forbidden', innerError: { code: 'SecretDisabled' } } },
    });
  });

  it('fails on a missing secret, and on the name of a deleted one', async () => {
    const { client, vault, clock } = bench();
    await expect(client.getSecret('none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'SecretNotFound',
    });
    await client.setSecret('alpha', 'hush');
    vault.deleteByHand('alpha');
    clock.at += 10_000;
    await expect(client.setSecret('alpha', 'new')).rejects.toMatchObject({
      statusCode: 409,
      code: 'Conflict',
    });
    expect((await client.getDeletedSecret('alpha')).recoveryId).toContain('/deletedsecrets/alpha');
  });
});
