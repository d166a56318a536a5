/** Role: what Keeper relies on of Azure Key Vault. */
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { contractHookMs, eventually, valueOf } from '../../support/contract-run.ts';
import { ownSecret, type VaultSurroundings } from '../../support/contract-vault.ts';

const put = { tags: { keeper: 'intent-1', appId: 'client' }, expiresAt: Date.UTC(2027, 5, 1) };
const longMs = 600_000;

/** The suite; everything that it makes it removes. */
export function describeKeyVaultContract(surroundings: () => VaultSurroundings): void {
  describe('Key Vault', () => {
    afterAll(() => surroundings().run.cleanUp(), contractHookMs);
    describeVersions(surroundings);
    describeDisabled(surroundings);
    describeDeleted(surroundings);
    describeChallenge(surroundings);
  });
}

function describeVersions(surroundings: () => VaultSurroundings): void {
  it('has nothing under a name that nobody used', async () => {
    const { vault, name, run } = surroundings();
    const ref = { vault: name, name: run.nameOf('none') };
    expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
    expect(valueOf(await vault.readNewest(ref))).toBeUndefined();
    expect(valueOf(await vault.isDeleted(ref))).toBe(false);
  });

  it('makes one version of one put, with its tags and its end', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'one');
    const { version } = valueOf(await vault.putValue(ref, new Secret('abc-first'), put));
    expect(version).toMatchObject({ enabled: true, expiresAt: put.expiresAt, tags: put.tags });
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.versions).toEqual([version]);
    expect(seen?.current).toEqual({ ...version, hint: 'abc' });
  });

  it('makes two versions of one text put twice', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'twice');
    const first = valueOf(await vault.putValue(ref, new Secret('same'), put)).version;
    const second = valueOf(await vault.putValue(ref, new Secret('same'), put)).version;
    expect(second.version).not.toBe(first.version);
    expect(valueOf(await vault.readSecret(ref))?.versions).toHaveLength(2);
  });

  it('gives the last put to who names no version, also within one second', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'order');
    const first = valueOf(await vault.putValue(ref, new Secret('abc-first'), put)).version;
    const second = valueOf(await vault.putValue(ref, new Secret('def-second'), put)).version;
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...second, hint: 'def' });
    expect(seen?.versions).toEqual([second, first]);
    expect(valueOf(await vault.readNewest(ref))?.reveal()).toBe('def-second');
  });

  it('keeps the text of each version, and has none of another', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'texts');
    const first = valueOf(await vault.putValue(ref, new Secret('first'), put)).version;
    const second = valueOf(await vault.putValue(ref, new Secret('second'), put)).version;
    expect(valueOf(await vault.readValue(ref, first.version))?.reveal()).toBe('first');
    expect(valueOf(await vault.readValue(ref, second.version))?.reveal()).toBe('second');
    expect(valueOf(await vault.readValue(ref, 'f'.repeat(32)))).toBeUndefined();
  });

  it(
    'lists all versions over more than one page',
    async () => {
      const { vault } = surroundings();
      const ref = ownSecret(surroundings(), 'pages');
      const made: string[] = [];
      for (let index = 0; index < 30; index += 1) {
        const stored = await vault.putValue(ref, new Secret(`v${index}`), put);
        made.push(valueOf(stored).version.version);
      }
      const seen = valueOf(await vault.readSecret(ref));
      expect(seen?.versions.map(({ version }) => version).toSorted()).toEqual(made.toSorted());
      expect(seen?.current.version).toBe(made.at(-1));
    },
    longMs,
  );
}

function describeDisabled(surroundings: () => VaultSurroundings): void {
  it('denies the text of a disabled version, and keeps its tags and its end', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'disabled');
    const { version } = valueOf(await vault.putValue(ref, new Secret('abc'), put));
    valueOf(await vault.putValue(ref, new Secret('def'), put));
    valueOf(await vault.disableVersion(ref, version.version));
    expect(await vault.readValue(ref, version.version)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'SecretDisabled' },
    });
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.versions.find((one) => one.version === version.version)).toEqual({
      ...version,
      enabled: false,
    });
    expect(seen?.current.hint).toBe('def');
  });

  it('shows a disabled current version, without a hint', async () => {
    const { vault } = surroundings();
    const ref = ownSecret(surroundings(), 'disabled-current');
    const { version } = valueOf(await vault.putValue(ref, new Secret('abc'), put));
    valueOf(await vault.disableVersion(ref, version.version));
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...version, enabled: false });
  });
}

function describeDeleted(surroundings: () => VaultSurroundings): void {
  it(
    'keeps the name of a deleted secret: absent to readers, refused to writers',
    async () => {
      const { vault, remover, run } = surroundings();
      const ref = ownSecret(surroundings(), 'deleted');
      valueOf(await vault.putValue(ref, new Secret('abc'), put));
      await remover.remove(ref.name);
      const isDeleted = () => vault.isDeleted(ref);
      expect(await eventually(run, isDeleted, (so) => so, { inARow: 1 })).toBe(true);
      expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
      expect(await vault.putValue(ref, new Secret('abc'), put)).toMatchObject({
        ok: false,
        fault: { kind: 'deleted-holds-name' },
      });
    },
    longMs,
  );
}

function describeChallenge(surroundings: () => VaultSurroundings): void {
  it('answers who has no token with where to get one', async () => {
    const { unauthenticated, run } = surroundings();
    const path = `/secrets/${run.nameOf('none')}?api-version=7.4`;
    const { status, headers } = await unauthenticated({ method: 'GET', path });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(
      /^Bearer authorization="https:\/\/[^"]+\/[0-9a-f-]{36}", resource="https:\/\/vault\.[^"]+"$/,
    );
  });
}
