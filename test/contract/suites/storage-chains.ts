/** Role: what Keeper relies on of append blobs: the chain is its memory and its only lock. */
import { describe, expect, it } from 'vitest';
import type { ChainPosition } from '../../../src/audit/chain-store.ts';
import { blobChains, type ChainStoreOptions } from '../../../src/clients/chain-store.ts';
import { blobService } from '../../../src/clients/storage.ts';
import { clockSkewMs } from '../../../src/core/limits.ts';
import { valueOf } from '../../support/contract-run.ts';
import type { StorageSurroundings } from '../../support/contract-storage.ts';

/** Where a chain begins. */
export const chainStart: ChainPosition = { blob: 1, offset: 0, blocks: 0 };

/** Appends lines one after the other; gives the end. */
export async function appendAll(
  options: ChainStoreOptions,
  registration: string,
  lines: readonly string[],
): Promise<ChainPosition> {
  let at = chainStart;
  for (const line of lines) {
    const outcome = valueOf(await blobChains(options).append(registration, at, line));
    if (outcome.kind !== 'appended') throw new Error('moved');
    at = outcome.end;
  }
  return at;
}

/** The part of the suite about chains. */
export function describeChains(surroundings: () => StorageSurroundings): void {
  describe('a chain', () => {
    describeAppends(surroundings);
    describeBlobs(surroundings);
    describeLosses(surroundings);
  });
}

function describeAppends(surroundings: () => StorageSurroundings): void {
  it('is empty before its first line, and tells the time', async () => {
    const { options, newRegistration } = surroundings();
    const tail = valueOf(await blobChains(options).readTail(newRegistration(), chainStart));
    expect(tail).toMatchObject({ text: '', end: chainStart });
    expect(Math.abs(tail.storageAt - Date.now())).toBeLessThan(clockSkewMs);
  });

  it('gives back what was appended, from any position', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const end = await appendAll(options, registration, ['{"a":"é☃"}', '{"b":2}\n']);
    expect(end).toEqual({ blob: 1, offset: 22, blocks: 2 });
    const store = blobChains(options);
    const whole = valueOf(await store.readTail(registration, chainStart));
    expect(whole).toMatchObject({ text: '{"a":"é☃"}\n{"b":2}\n', end });
    const middle = { blob: 1, offset: 14, blocks: 1 };
    const rest = valueOf(await store.readTail(registration, middle));
    expect(rest).toMatchObject({ text: '{"b":2}\n', end });
    expect(valueOf(await store.readTail(registration, end))).toMatchObject({ text: '', end });
  });

  it('refuses a line at a position that is past, and keeps nothing of it', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const first = await appendAll(options, registration, ['first']);
    await blobChains(options).append(registration, first, 'second');
    for (const stale of [chainStart, first]) {
      const late = await blobChains(options).append(registration, stale, 'too late');
      expect(valueOf(late)).toEqual({ kind: 'moved' });
    }
    const tail = valueOf(await blobChains(options).readTail(registration, chainStart));
    expect(tail.text).toBe('first\nsecond\n');
  });

  it('takes the line of one of two writers at one position', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    for (const round of [0, 1, 2]) {
      const { end } = valueOf(await blobChains(options).readTail(registration, chainStart));
      const outcomes = await Promise.all(
        ['one', 'other'].map((name) =>
          blobChains(options).append(registration, end, `${name} ${round}`),
        ),
      );
      const kinds = outcomes.map((outcome) => valueOf(outcome).kind).toSorted();
      expect(kinds).toEqual(['appended', 'moved']);
    }
    const { end } = valueOf(await blobChains(options).readTail(registration, chainStart));
    expect(end.blocks).toBe(3);
  });

  it('knows its own line when it is sent again, and takes it once', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const at = await appendAll(options, registration, ['first']);
    const sent = await blobChains(options).append(registration, at, 'second');
    expect(await blobChains(options).append(registration, at, 'second')).toEqual(sent);
    const tail = valueOf(await blobChains(options).readTail(registration, chainStart));
    expect(tail.text).toBe('first\nsecond\n');
  });

  it('refuses a name that leads elsewhere', async () => {
    const chains = blobChains(surroundings().options);
    await expect(chains.readTail('../state', chainStart)).rejects.toThrow(RangeError);
    await expect(chains.readTail('..', chainStart)).rejects.toThrow(RangeError);
  });
}

function describeBlobs(surroundings: () => StorageSurroundings): void {
  it('goes on in a new blob after so many blocks', async () => {
    const registration = surroundings().newRegistration();
    const options = { ...surroundings().options, maxBlocks: 3 };
    const lines = ['1', '2', '3', '4', '5', '6', '7'];
    const end = await appendAll(options, registration, lines);
    expect(end).toEqual({ blob: 3, offset: 2, blocks: 1 });
    const store = blobChains(options);
    const tail = valueOf(await store.readTail(registration, chainStart));
    expect(tail).toMatchObject({ text: lines.map((line) => `${line}\n`).join(''), end });
    const full = { blob: 2, offset: 6, blocks: 3 };
    expect(valueOf(await store.readTail(registration, full))).toMatchObject({ text: '7\n', end });
    expect(valueOf(await store.append(registration, full, '8')).kind).toBe('moved');
  });

  it('stays at the end of a full blob while there is no next', async () => {
    const registration = surroundings().newRegistration();
    const options = { ...surroundings().options, maxBlocks: 2 };
    const end = await appendAll(options, registration, ['1', '2']);
    const store = blobChains(options);
    expect(valueOf(await store.readTail(registration, chainStart))).toMatchObject({ end });
    await blobService(options)
      .getContainerClient('audit')
      .getAppendBlobClient(`${registration}/2.jsonl`)
      .create();
    expect(valueOf(await store.readTail(registration, end))).toMatchObject({ text: '', end });
    expect(valueOf(await store.append(registration, end, '3'))).toEqual({
      kind: 'appended',
      end: { blob: 2, offset: 2, blocks: 1 },
    });
  });

  it('is listed by its registration, once', async () => {
    const registration = surroundings().newRegistration();
    const options = { ...surroundings().options, maxBlocks: 1 };
    await appendAll(options, registration, ['1', '2']);
    const keys = valueOf(await blobChains(options).list());
    expect(keys.filter((key) => key === registration)).toHaveLength(1);
  });
}

function describeLosses(surroundings: () => StorageSurroundings): void {
  it('that is lost is not taken for a new one', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const gone = { blob: 1, offset: 100, blocks: 3 };
    expect(await blobChains(options).readTail(registration, gone)).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'chain-lost' },
    });
    expect(await blobChains(options).append(registration, gone, 'x')).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'BlobNotFound' },
    });
  });

  it('that is shorter than it was is not read on', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    await appendAll(options, registration, ['short']);
    const beyond = { blob: 1, offset: 100, blocks: 3 };
    expect(await blobChains(options).readTail(registration, beyond)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'chain-shortened' },
    });
  });
}
