import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allows, grants, reaches } from '../../../src/doctor/access.ts';
import { assignment } from './healthy.ts';

const vault = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv';
const get = { kind: 'data', name: 'Microsoft.KeyVault/vaults/secrets/getSecret/action' } as const;

describe('grants()', () => {
  it('takes a star for anything, and letter case for nothing', () => {
    for (const pattern of [
      '*',
      'microsoft.keyvault/*',
      'Microsoft.KeyVault/vaults/secrets/*/action',
    ]) {
      expect(grants(assignment(vault, { dataActions: [pattern] }), get), pattern).toBe(true);
    }
  });

  it('takes a dot for a dot, and the whole name for the name', () => {
    for (const pattern of [
      'MicrosoftxKeyVault/*',
      'getSecret',
      'Microsoft.KeyVault/vaults/secrets',
    ]) {
      expect(grants(assignment(vault, { dataActions: [pattern] }), get), pattern).toBe(false);
    }
  });

  it('heeds what a role excepts', () => {
    const role = assignment(vault, {
      dataActions: ['*'],
      notDataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/*'],
    });
    expect(grants(role, get)).toBe(false);
  });

  it('does not mix up the two planes', () => {
    expect(grants(assignment(vault, { actions: ['*'] }), get)).toBe(false);
    expect(grants(assignment(vault, { dataActions: ['*'] }), { ...get, kind: 'action' })).toBe(
      false,
    );
  });

  it('never throws, for any pattern', () => {
    fc.assert(
      fc.property(fc.string(), (pattern) => {
        expect(typeof grants(assignment('', { dataActions: [pattern] }), get)).toBe('boolean');
      }),
    );
  });
});

describe('reaches()', () => {
  it('goes down, never up and never aside', () => {
    expect(reaches('/subscriptions/s', vault)).toBe(true);
    expect(reaches('/SUBSCRIPTIONS/S/resourceGroups/G/', vault)).toBe(true);
    expect(reaches(vault, vault)).toBe(true);
    expect(reaches(vault, '/subscriptions/s')).toBe(false);
    expect(reaches(`${vault}2`, vault)).toBe(false);
    expect(reaches(vault, `${vault}2/secrets/x`)).toBe(false);
  });

  it('comes from above all subscriptions everywhere', () => {
    expect(reaches('/', vault)).toBe(true);
    expect(reaches('/providers/Microsoft.Management/managementGroups/root', vault)).toBe(true);
  });
});

describe('allows()', () => {
  it('is the sum of all assignments, each where it is', () => {
    const here = assignment(vault, { dataActions: [get.name] });
    const elsewhere = assignment('/subscriptions/t', { dataActions: ['*'] });
    expect(allows([elsewhere, here], { ...get, scope: vault })).toBe(true);
    expect(allows([elsewhere], { ...get, scope: vault })).toBe(false);
    expect(allows([], { ...get, scope: vault })).toBe(false);
  });
});
