import { describe, expect, it } from 'vitest';
import { readVaultEvent } from '../../../src/clients/vault-event.ts';

const nearExpiry = {
  id: '1',
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo',
  subject: 'nylas-mail',
  eventType: 'Microsoft.KeyVault.SecretNearExpiry',
  eventTime: '2026-01-01T00:00:00Z',
  data: { VaultName: 'demo', ObjectType: 'Secret', ObjectName: 'nylas-mail', EXP: '1893456000' },
  dataVersion: '1',
};
const { eventType, ...withoutType } = nearExpiry;

describe('readVaultEvent()', () => {
  it.each([
    ['near-expiry', 'Microsoft.KeyVault.SecretNearExpiry'],
    ['expired', 'Microsoft.KeyVault.SecretExpired'],
    ['new-version', 'Microsoft.KeyVault.SecretNewVersionCreated'],
  ])('reads %s in the Event Grid schema', (kind, type) => {
    const read = readVaultEvent({ ...nearExpiry, eventType: type });
    expect(read).toEqual({ ok: true, event: { kind, vault: 'demo', name: 'nylas-mail' } });
  });

  it('reads CloudEvents', () => {
    const read = readVaultEvent({ ...withoutType, type: eventType, specversion: '1.0' });
    expect(read).toMatchObject({ ok: true, event: { kind: 'near-expiry' } });
  });

  it('reads any casing and stray blanks in keys and values', () => {
    const data = { ' vaultname': ' demo', 'ObjectName ': 'nylas-mail ' };
    const read = readVaultEvent({ EVENTTYPE: ` ${eventType.toUpperCase()} `, Data: data });
    expect(read).toMatchObject({ ok: true, event: { vault: 'demo', name: 'nylas-mail' } });
  });

  it('takes the subject where the data names no object', () => {
    const read = readVaultEvent({ ...nearExpiry, data: { VaultName: 'demo' } });
    expect(read).toMatchObject({ ok: true, event: { name: 'nylas-mail' } });
  });

  it.each([
    [
      'another type',
      { ...nearExpiry, eventType: 'Microsoft.KeyVault.KeyNearExpiry' },
      'other-type',
    ],
    ['a type that every object has', { ...nearExpiry, eventType: 'Constructor' }, 'other-type'],
    ['no vault', { ...nearExpiry, data: { ObjectName: 'x' } }, 'no-secret-named'],
    [
      'a name that is none',
      { ...nearExpiry, subject: '', data: { VaultName: 'demo', ObjectName: '../x' } },
      'no-secret-named',
    ],
    ['no type', withoutType, 'not-an-event'],
    ['text', 'event', 'not-an-event'],
    ['a list', [nearExpiry], 'not-an-event'],
    ['nothing', null, 'not-an-event'],
  ])('says why it ignores %s', (_label, raw, why) => {
    expect(readVaultEvent(raw)).toEqual({ ok: false, why });
  });
});
