/** The demonstration's signing key outlives a kill: an earlier signature still verifies. */
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { vaultSigner } from '../../../src/clients/vault-key.ts';
import { simulatedClock } from '../../../src/local/clock.ts';
import { cloudHosts, demoVault, keeperIdentity } from '../../../src/local/cloud.ts';
import { checkpointKey, makeCloud } from '../../../src/local/made-cloud.ts';
import { memoryChains } from '../../support/memory-stores.ts';
import { manualClock } from '../clients/scripted.ts';

const startAt = Date.parse('2026-01-05T08:00:00Z');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-key-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The demonstration's cloud on a journal, and a signer that reaches it under some port. */
async function begin(port: number) {
  const { cloud, door } = await makeCloud({
    memento: { v: 1, seed: 3, faults: 'none', startAt, untilAt: startAt + 1e9 },
    clock: simulatedClock(startAt, () => 0),
    chains: memoryChains(() => startAt),
    own: undefined,
    journal: join(folder, 'cloud.jsonl'),
  });
  const host = `${demoVault}.${cloudHosts.vaultSuffix}`;
  const signer = vaultSigner({
    keyUrl: `https://${host}:${port}/keys/${checkpointKey}`,
    credential: {
      getToken: async () => ({
        token: cloud.directory.tokenFor(
          keeperIdentity.principalId,
          `https://${cloudHosts.vaultSuffix}`,
        ),
        expiresOnTimestamp: Date.now() + 3_600_000,
      }),
    },
    transport: fetchTransport((request) => door.fetch(request)),
    clock: manualClock(),
  });
  return { door, signer };
}

describe('the key of the demonstration', () => {
  it('is the same after a restart, and verifies what it signed before', async () => {
    const bytes = Buffer.from('a checkpoint');
    const before = await begin(7_001);
    const key = await before.signer.currentKey();
    if (!key.ok) throw new Error(`Fault: ${JSON.stringify(key.fault)}`);
    const signature = await before.signer.sign(key.value.kid, bytes);
    if (!signature.ok) throw new Error(`Fault: ${JSON.stringify(signature.fault)}`);
    before.door.close();

    const after = await begin(7_002);
    expect(await after.door.replay()).toBeGreaterThan(2);
    expect(await after.signer.currentKey()).toEqual(key);
    expect(await after.signer.sign(key.value.kid, bytes)).toEqual(signature);
    after.door.close();

    const { x, y } = key.value;
    const published = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    const form = { key: published, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', bytes, form, signature.value)).toBe(true);
  });
});
