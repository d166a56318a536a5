import { describe, expect, it } from 'vitest';
import type { VaultChange } from '../../../src/local/simulators/vault-state.ts';
import { type Body, bench, inner, listAll, origin } from './vault-bench.ts';

describe('lists of a simulated vault', () => {
  it('come in pages of 25 with links to the host and port called, complete and without values', async () => {
    const { call, vault, clock } = bench();
    const made = Array.from({ length: 60 }, () => {
      clock.at += 1000;
      return vault.putByHand('a', { value: 'hush', tags: { k: 'v' } }).version;
    });
    const first = await call('GET', '/secrets/a/versions');
    expect(first.body.nextLink?.startsWith(`${origin}/secrets/a/versions?`)).toBe(true);
    const pages = await listAll(call, '/secrets/a/versions');
    expect(pages.map((page) => page.length)).toEqual([25, 25, 10]);
    const versions = pages.flat().map(({ id }) => id!.split('/').at(-1)!);
    expect(versions.toSorted()).toEqual(made.toSorted());
    expect(versions).not.toEqual(made);
    expect(versions).not.toEqual(made.toReversed());
    expect(JSON.stringify(pages)).not.toContain('hush');
    expect(pages.flat()[0]).toMatchObject({ tags: { k: 'v' }, attributes: { enabled: true } });
  });

  it('hide nothing that was there before a write between two pages', async () => {
    const { call, vault } = bench();
    const made = Array.from({ length: 30 }, () => vault.putByHand('a', { value: 'x' }).version);
    const first = JSON.parse((await call('GET', '/secrets/a/versions')).text) as {
      value: Body[];
      nextLink: string;
    };
    for (let n = 0; n < 20; n += 1) vault.putByHand('a', { value: 'y' });
    const rest = await listAll(call, first.nextLink);
    const seen = [first.value, ...rest].flat().map(({ id }) => id!.split('/').at(-1)!);
    expect(made.filter((version) => !seen.includes(version))).toEqual([]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('have no promised order from one listing to the next', async () => {
    const { call, vault } = bench();
    for (let n = 0; n < 20; n += 1) vault.putByHand(`s${n}`, { value: 'x' });
    const one = (await listAll(call, '/secrets')).flat().map(({ id }) => String(id));
    const other = (await listAll(call, '/secrets')).flat().map(({ id }) => String(id));
    expect(one).not.toEqual(other);
    expect(new Set(one)).toEqual(new Set(other));
    expect(one).toContain(`${origin}/secrets/s0`);
  });

  it('show disabled secrets, take maxresults of 1 to 25, and are empty for unknown names', async () => {
    const { call, vault } = bench();
    vault.putByHand('a', { value: 'x' });
    vault.putByHand('b', { value: 'x' });
    vault.disableByHand('a');
    expect((await listAll(call, '/secrets?maxresults=1')).map((page) => page.length)).toEqual([
      1, 1,
    ]);
    expect((await call('GET', '/secrets?maxresults=26')).status).toBe(400);
    expect((await call('GET', '/secrets?maxresults=0')).status).toBe(400);
    expect(await listAll(call, '/secrets/none/versions')).toEqual([[]]);
  });
});

describe('deleting secrets', () => {
  it('is soft, takes some seconds, and bars the name', async () => {
    const { call, vault, clock } = bench();
    const { version } = vault.putByHand('a', { value: 'x' });
    const deletion = await call('DELETE', '/secrets/a');
    expect(deletion.body.recoveryId).toBe(`${origin}/deletedsecrets/a`);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(404);
    const early = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect([early.status, ...inner(early.body)]).toEqual([409, 'Conflict', 'ObjectIsBeingDeleted']);
    expect((await call('POST', '/deletedsecrets/a/recover')).status).toBe(409);

    clock.at += 10_000;
    expect((await call('GET', '/deletedsecrets/a')).body.id).toContain(version);
    const late = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect([late.status, ...inner(late.body)]).toEqual([
      409,
      'Conflict',
      'ObjectIsDeletedButRecoverable',
    ]);
    expect((await call('GET', '/secrets/a/')).body.error?.code).toBe('SecretNotFound');
    expect((await listAll(call, '/secrets')).flat()).toEqual([]);
    expect((await listAll(call, '/deletedsecrets')).flat()).toHaveLength(1);
  });

  it('can be undone, after some seconds, with all versions', async () => {
    const { call, vault, clock } = bench();
    vault.putByHand('a', { value: 'one' });
    vault.putByHand('a', { value: 'two' });
    vault.deleteByHand('a');
    clock.at += 10_000;
    expect((await call('POST', '/deletedsecrets/a/recover')).status).toBe(200);
    expect((await call('GET', '/secrets/a/')).status).toBe(404);
    const early = await call('PUT', '/secrets/a', { body: { value: 'y' } });
    expect(inner(early.body)).toEqual(['Conflict', 'ObjectIsBeingRecovered']);
    clock.at += 10_000;
    expect((await call('GET', '/secrets/a/')).body.value).toBe('two');
    expect(vault.state.versions('a').length).toBe(2);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(404);
  });

  it('frees the name by a purge, or when the retention is over', async () => {
    const { call, vault, clock } = bench({ retentionDays: 7 });
    vault.putByHand('a', { value: 'x' });
    vault.putByHand('b', { value: 'x' });
    vault.deleteByHand('a');
    vault.deleteByHand('b');
    clock.at += 10_000;
    vault.purge('a');
    expect((await call('PUT', '/secrets/a', { body: { value: 'y' } })).status).toBe(200);
    expect((await call('PUT', '/secrets/b', { body: { value: 'y' } })).status).toBe(409);
    clock.at += 7 * 86_400_000;
    expect((await call('PUT', '/secrets/b', { body: { value: 'y' } })).status).toBe(200);
    expect(vault.state.versions('b').length).toBe(1);
  });

  it('cannot be made final while purge protection is on', async () => {
    const { call, vault, clock } = bench({ purgeProtection: true });
    vault.putByHand('a', { value: 'x' });
    vault.deleteByHand('a');
    clock.at += 10_000;
    expect((await call('DELETE', '/deletedsecrets/a')).status).toBe(403);
    expect((await call('GET', '/deletedsecrets/a')).status).toBe(200);
  });

  it('tells each change, by hand or not, once', async () => {
    const changes: VaultChange[] = [];
    const { call, vault, clock } = bench({ onChange: (change) => changes.push(change) });
    await call('PUT', '/secrets/a', { body: { value: 'x' } });
    await call('PUT', '/secrets/a', { body: { value: '' } });
    vault.disableByHand('a');
    await call('DELETE', '/secrets/a');
    clock.at += 10_000;
    vault.recoverByHand('a');
    expect(changes.map(({ kind }) => kind)).toEqual([
      'new-version',
      'changed',
      'deleted',
      'recovered',
    ]);
  });
});
