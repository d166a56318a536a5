import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { azureCredential, tokenSource, withTimeLimit } from '../../../src/clients/identity.ts';

/** Accepts, and never answers. */
let deaf: Server;

beforeEach(async () => {
  deaf = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  const { port } = deaf.address() as AddressInfo;
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'header');
});

afterEach(() => {
  vi.unstubAllEnvs();
  deaf.close();
});

describe('azureCredential()', () => {
  it('gives up on a managed identity whose endpoint does not answer', async () => {
    const credential = azureCredential({ kind: 'managed-identity' });
    const tokens = tokenSource({ credential, clock: { now: Date.now }, totalMs: 100 });
    const expected = { ok: false, fault: { kind: 'timeout', vendor: 'entra' } };
    expect(await tokens.getToken('https://graph.microsoft.com/.default')).toMatchObject(expected);
    // Nor does the one that hangs hold up the next.
    expect(await tokens.getToken('https://graph.microsoft.com/.default')).toMatchObject(expected);
  });
});

describe('withTimeLimit()', () => {
  it('ends by its own limit where the caller has none', async () => {
    const credential = withTimeLimit({ getToken: () => new Promise(() => undefined) }, 20);
    await expect(credential.getToken('scope')).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('asks for nothing when the caller has given up already', async () => {
    let calls = 0;
    const credential = withTimeLimit({
      async getToken() {
        calls += 1;
        return null;
      },
    });
    const options = { abortSignal: AbortSignal.abort() };
    await expect(credential.getToken('scope', options)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(calls).toBe(0);
  });
});
