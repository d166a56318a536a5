/** Refusals of Key Vault keep their meaning, whatever their bodies are. */
import { describe, expect, it } from 'vitest';
import { keyVault } from '../../../src/clients/key-vault.ts';
import { Secret } from '../../../src/core/secret.ts';
import { canary, expectSilent } from './canary.ts';
import { json, manualClock, scripted, type Scripted } from './scripted.ts';

const ref = { vault: 'demo', name: 'mail-secret' };

async function resultsAfter(reply: Scripted) {
  const { transport } = scripted(reply);
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.azure.net`,
    credential: {
      getToken: async () => ({ token: canary, expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    transport,
    clock: manualClock(),
  });
  return [
    await vault.readSecret(ref),
    await vault.readNewest(ref),
    await vault.isDeleted(ref),
    await vault.putValue(ref, new Secret(canary), { tags: {}, expiresAt: 0 }),
    await vault.disableVersion(ref, 'abc'),
  ];
}

const pit = `${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`;

describe('keyVault()', () => {
  it.each([
    ['an empty body', ''],
    ['null', 'null'],
    ['a page', `<html>${canary}</html>`],
    ['a message that is no text', '{"error":{"message":{"toString":{}}}}'],
    ['depth', `{"error":{"code":"X","message":${pit}}}`],
  ])('keeps the status and the wish to wait of a refusal with %s', async (_, body) => {
    const headers = { 'retry-after': '7', 'content-type': 'application/json' };
    for (const result of await resultsAfter({ status: 429, headers, body })) {
      expect(result).toMatchObject({
        ok: false,
        fault: { kind: 'throttled', status: 429, retryAfterMs: 7_000 },
      });
      expectSilent(result);
    }
  });

  it('reads again after a failure without a body', async () => {
    const [, newest] = await resultsAfter({ status: 503 });
    expect(newest).toMatchObject({ fault: { kind: 'unavailable', status: 503 } });
  });

  it('takes the word of the vault for an absence, also when it is asked for a list', async () => {
    const [secret, newest, isDeleted] = await resultsAfter(
      json({ error: { code: 'SecretNotFound', message: canary } }, 404),
    );
    expect(secret).toEqual({ ok: true, value: undefined });
    expect(newest).toEqual({ ok: true, value: undefined });
    expect(isDeleted).toEqual({ ok: true, value: false });
  });
});
