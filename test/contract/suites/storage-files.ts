/** Role: what verification, export and checkpoints rely on of Azure Storage: files that are published once. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { chainsAmong, checkpointsAmong, readWhole } from '../../../src/audit/files.ts';
import { blobAuditFiles, blobCheckpoints } from '../../../src/clients/audit-files.ts';
import { blobService } from '../../../src/clients/storage.ts';
import { contractHookMs, valueOf } from '../../support/contract-run.ts';
import type { StorageSurroundings } from '../../support/contract-storage.ts';
import { appendAll } from './storage-chains.ts';

/** The suite; everything that it makes it removes. */
export function describeStorageFiles(surroundings: () => StorageSurroundings): void {
  describe('the log as files', () => {
    afterAll(() => surroundings().run.cleanUp(), contractHookMs);
    describePublishing(surroundings);
    describeReading(surroundings);
    describeListing(surroundings);
  });
}

/** The name of a file that nobody had before, removed at the end. */
export function newFile(
  { run, options }: StorageSurroundings,
  folder: 'checkpoints' | 'keys',
  extension = 'jws',
): string {
  const name = `${run.nameOf(randomUUID().slice(0, 8))}.${extension}`;
  const blob = folder === 'keys' ? `keys/${name}` : name;
  run.atEnd(`checkpoint ${blob}`, async () => {
    await blobService(options)
      .getContainerClient('checkpoints')
      .getBlobClient(blob)
      .deleteIfExists();
  });
  return `${folder}/${name}`;
}

async function textOf(surroundings: StorageSurroundings, name: string): Promise<string> {
  const read = await readWhole(blobAuditFiles(surroundings.options), name, 1_000_000);
  return valueOf(read)?.toString('utf8') ?? '';
}

function describePublishing(surroundings: () => StorageSurroundings): void {
  it.each(['checkpoints', 'keys'] as const)('publishes a file of %s once', async (folder) => {
    const name = newFile(surroundings(), folder);
    const store = blobCheckpoints(surroundings().options);
    expect(valueOf(await store.create(name, 'first ☃\n'))).toBe('created');
    expect(valueOf(await store.create(name, 'second\n'))).toBe('exists');
    expect(valueOf(await store.create(name, 'first ☃\n'))).toBe('exists');
    expect(await textOf(surroundings(), name)).toBe('first ☃\n');
  });

  it('takes the file of one of many at once', async () => {
    const name = newFile(surroundings(), 'checkpoints');
    const texts = ['a\n', 'b\n', 'c\n', 'd\n'];
    const created = await Promise.all(
      texts.map((text) => blobCheckpoints(surroundings().options).create(name, text)),
    );
    const outcomes = created.map(valueOf);
    expect(outcomes.filter((one) => one === 'created')).toHaveLength(1);
    expect(await textOf(surroundings(), name)).toBe(texts[outcomes.indexOf('created')]);
  });
}

function describeReading(surroundings: () => StorageSurroundings): void {
  /** What is read from an offset on. */
  async function readFrom(name: string, offset: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of blobAuditFiles(surroundings().options).read(name, offset)) {
      pieces.push(valueOf(piece));
    }
    return Buffer.concat(pieces);
  }

  it('gives a chain from any byte on, and nothing from its end on', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    await appendAll(options, registration, ['{"a":"é☃"}', '{"b":2}']);
    const name = `audit/${registration}/1.jsonl`;
    const whole = Buffer.from('{"a":"é☃"}\n{"b":2}\n');
    for (const offset of [0, 1, 7, 14, whole.length - 1, whole.length, whole.length + 100]) {
      const read = await readFrom(name, offset);
      expect(read.equals(whole.subarray(offset)), `from ${offset}`).toBe(true);
    }
  });

  it('gives nothing of a file that is not there, or that is empty', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    expect(await readFrom(`audit/${registration}/1.jsonl`, 0)).toHaveLength(0);
    await blobService(options)
      .getContainerClient('audit')
      .getAppendBlobClient(`${registration}/1.jsonl`)
      .create();
    expect(await readFrom(`audit/${registration}/1.jsonl`, 0)).toHaveLength(0);
  });

  it('gives a file longer than a piece in pieces that fit together', async () => {
    const { options, newRegistration } = surroundings();
    const name = `${newRegistration()}/1.jsonl`;
    const bytes = Buffer.alloc(9 * 1_024 * 1_024 + 5);
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE(at, Math.min(at, bytes.length - 4));
    await blobService(options)
      .getContainerClient('audit')
      .getBlockBlobClient(name)
      .uploadData(bytes);
    const offset = 1_000_003;
    const read = await readFrom(`audit/${name}`, offset);
    expect(read.equals(bytes.subarray(offset))).toBe(true);
  });

  it('does not read a small file past its bound', async () => {
    const name = newFile(surroundings(), 'checkpoints');
    valueOf(await blobCheckpoints(surroundings().options).create(name, 'x'.repeat(101)));
    const files = blobAuditFiles(surroundings().options);
    expect(valueOf(await readWhole(files, name, 100))).toBeUndefined();
    expect(valueOf(await readWhole(files, name, 101))).toHaveLength(101);
  });
}

function describeListing(surroundings: () => StorageSurroundings): void {
  it('has the parts of a chain, with their bytes', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    await appendAll({ ...options, maxBlocks: 2 }, registration, ['1', '22', '333']);
    const listed = valueOf(await blobAuditFiles(options).list('audit'));
    const chain = chainsAmong(listed).find((one) => one.registration === registration);
    expect(chain).toEqual({
      registration,
      parts: [
        { name: `audit/${registration}/1.jsonl`, bytes: 5 },
        { name: `audit/${registration}/2.jsonl`, bytes: 4 },
      ],
      hasGap: false,
    });
    expect(listed.map(({ name }) => name)).toEqual(listed.map(({ name }) => name).toSorted());
  });

  it('has keys where an export has them, and takes none for a checkpoint', async () => {
    const { options } = surroundings();
    const key = newFile(surroundings(), 'keys', 'json');
    const other = newFile(surroundings(), 'checkpoints');
    const store = blobCheckpoints(options);
    valueOf(await store.create(key, 'key\n'));
    valueOf(await store.create(other, 'other\n'));
    const files = blobAuditFiles(options);
    const keys = valueOf(await files.list('keys'));
    expect(keys).toContainEqual({ name: key, bytes: 4 });
    expect(keys.every(({ name }) => name.startsWith('keys/'))).toBe(true);
    const checkpoints = valueOf(await files.list('checkpoints'));
    expect(checkpoints).toContainEqual({ name: other, bytes: 6 });
    expect(checkpointsAmong([{ name: `checkpoints/${key}`, bytes: 4 }]).size).toBe(0);
  });
}
