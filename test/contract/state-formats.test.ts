/** Role: on real storage, a state of a newer Keeper outlives whatever an older one writes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobStates } from '../../src/clients/state-store.ts';
import { blobService, type StorageOptions } from '../../src/clients/storage.ts';
import { startAzurite, type Azurite } from '../../src/local/azurite.ts';
import { countStorageRequests } from '../../src/local/counts.ts';
import type { StateHead } from '../../src/reconcile/world.ts';
import { contractHookMs, machineClock, valueOf } from '../support/contract-run.ts';

let azurite: Azurite;
let options: StorageOptions;
let count = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  options = { account: { connectionString: azurite.connectionString }, clock: machineClock };
  await blobService(options).getContainerClient('state').createIfNotExists();
}, contractHookMs);

afterAll(() => azurite?.stop());

function newHead(): StateHead {
  count += 1;
  return {
    registration: `registration-${count}`,
    nextLookAt: 1,
    lookedAt: 1,
    fingerprint: '',
    configuration: '',
    state: 'healthy',
    reason: 'settled',
  };
}

/** What a newer Keeper, or one before formats were told, does to the blob. */
async function putByAnother({ registration }: StateHead, metadata: Record<string, string>) {
  const body = JSON.stringify({ by: 'another', ...metadata });
  await blobService(options)
    .getContainerClient('state')
    .getBlockBlobClient(`${registration}.json`)
    .upload(body, body.length, { metadata });
  return body;
}

async function bodyOf({ registration }: StateHead): Promise<string | undefined> {
  return valueOf(await blobStates(options).read(registration));
}

const refused = { ok: false, fault: { kind: 'rejected', vendor: 'storage', code: 'newer-format' } };

describe('blobStates()', () => {
  it('tells its format where a listing shows it', async () => {
    const head = newHead();
    valueOf(await blobStates(options).write(head.registration, '{}', head));
    const blob = blobService(options)
      .getContainerClient('state')
      .getBlobClient(`${head.registration}.json`);
    expect((await blob.getProperties()).metadata).toMatchObject({ v: '1', reason: 'settled' });
  });

  it('replaces a state from before formats were told', async () => {
    const head = newHead();
    await putByAnother(head, { state: 'healthy' });
    valueOf(await blobStates(options).write(head.registration, 'mine', head));
    expect(await bodyOf(head)).toBe('mine');
  });

  it('leaves a newer state alone that it has never read', async () => {
    const head = newHead();
    const body = await putByAnother(head, { v: '2' });
    expect(await blobStates(options).write(head.registration, 'mine', head)).toEqual(refused);
    expect(await bodyOf(head)).toBe(body);
  });

  it('leaves a newer state alone that it has read', async () => {
    const head = newHead();
    const states = blobStates(options);
    const body = await putByAnother(head, { v: '2' });
    expect(valueOf(await states.read(head.registration))).toBe(body);
    expect(await states.write(head.registration, 'mine', head)).toEqual(refused);
    expect(await bodyOf(head)).toBe(body);
  });

  it.each(['after it has read an older one', 'after it has found none', 'after it has written'])(
    'leaves a newer state alone that came %s',
    async (when) => {
      const head = newHead();
      const states = blobStates(options);
      if (when.includes('older')) await putByAnother(head, { v: '1' });
      valueOf(await states.read(head.registration));
      if (when.includes('written')) valueOf(await states.write(head.registration, 'mine', head));
      const body = await putByAnother(head, { v: '2' });
      expect(await states.write(head.registration, 'mine again', head)).toEqual(refused);
      expect(await bodyOf(head)).toBe(body);
    },
  );

  it('replaces what another of its own format has written meanwhile', async () => {
    const head = newHead();
    const [one, other] = [blobStates(options), blobStates(options)];
    valueOf(await one.read(head.registration));
    valueOf(await other.read(head.registration));
    valueOf(await other.write(head.registration, 'of the other', head));
    valueOf(await one.write(head.registration, 'of the one', head));
    expect(await bodyOf(head)).toBe('of the one');
    valueOf(await other.write(head.registration, 'of the other again', head));
    expect(await bodyOf(head)).toBe('of the other again');
  });

  it('needs one request to write what it has read', async () => {
    const head = newHead();
    await putByAnother(head, { v: '1' });
    const states = blobStates(options);
    const counted = countStorageRequests(azurite.blobPort, azurite.queuePort);
    valueOf(await states.read(head.registration));
    valueOf(await states.write(head.registration, 'mine', head));
    valueOf(await states.write(head.registration, 'mine again', head));
    counted.stop();
    expect(counted.blobs).toBe(3);
  });
});
