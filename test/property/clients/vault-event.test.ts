/** Events come from anybody who has the key of the function: any value, and nothing happens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVaultEvent } from '../../../src/clients/vault-event.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  inheritedNames,
  jsonText,
  mutated,
  pitOf,
} from '../../support/hostile-values.ts';

const kinds = {
  'Microsoft.KeyVault.SecretNearExpiry': 'near-expiry',
  'Microsoft.KeyVault.SecretExpired': 'expired',
  'Microsoft.KeyVault.SecretNewVersionCreated': 'new-version',
} as const;

const valid = {
  id: '1',
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo',
  subject: 'nylas-mail',
  eventType: 'Microsoft.KeyVault.SecretNearExpiry',
  type: 'Microsoft.KeyVault.SecretNearExpiry',
  eventTime: '2026-01-01T00:00:00Z',
  data: { VaultName: 'demo', ObjectType: 'Secret', ObjectName: 'nylas-mail', EXP: '1893456000' },
};

/** Holds when the reading is an event of the closed kind, or one of the words for the log. */
function expectRead(raw: unknown): void {
  const read = readVaultEvent(raw);
  if (read.ok) {
    expect(Object.values(kinds)).toContain(read.event.kind);
    expect(read.event.vault).toMatch(/^[0-9a-zA-Z-]{1,127}$/);
    expect(read.event.name).toMatch(/^[0-9a-zA-Z-]{1,127}$/);
  } else {
    expect(['not-an-event', 'other-type', 'no-secret-named']).toContain(read.why);
  }
  expectUnpolluted();
}

const member = fc.oneof(hostileText, fc.constantFrom('type', 'eventType', 'data', 'subject'));

describe('readVaultEvent()', () => {
  it(
    'gives an event or a word, for any value',
    () => {
      const value = fc.oneof(
        fc.anything({ withNullPrototype: true, withMap: true, withDate: true, withBigInt: true }),
        hostileValue,
        fc.dictionary(member, fc.oneof(hostileValue, fc.dictionary(member, hostileValue))),
      );
      fc.assert(fc.property(value, expectRead), cases(250));
    },
    patience(),
  );

  it(
    'gives an event or a word, for any event with something wrong in it',
    () => {
      const event = mutated(valid).map((value): unknown => JSON.parse(jsonText(value)));
      fc.assert(fc.property(event, expectRead), cases(250));
    },
    patience(),
  );

  it('takes no name that every object has for a type', () => {
    const type = fc.mixedCase(fc.constantFrom(...inheritedNames));
    fc.assert(
      fc.property(type, (eventType) => {
        expect(readVaultEvent({ ...valid, eventType })).toEqual({ ok: false, why: 'other-type' });
      }),
      { ...cases(40), examples: [['constructor'], ['__proto__']] },
    );
  });

  it('is not exhausted by depth', () => {
    const pit = pitOf(10_000);
    for (const raw of [pit, { ...valid, data: pit }, { ...valid, eventType: pit }]) expectRead(raw);
    expect(readVaultEvent({ ...valid, more: pit })).toMatchObject({ ok: true });
  });

  it(
    'reads the same event in either schema, for any casing and blanks',
    () => {
      const blank = fc.constantFrom('', ' ', '\t', '  ');
      const spelled = (text: string) =>
        fc.tuple(blank, fc.mixedCase(fc.constant(text)), blank).map((parts) => parts.join(''));
      const spelling = fc.record({
        typeKey: fc.constantFrom('eventType', 'type').chain(spelled),
        type: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        dataKey: spelled('data'),
        vaultKey: spelled('VaultName'),
        nameKey: spelled('ObjectName'),
        name: fc.stringMatching(/^[0-9a-zA-Z-]{1,127}$/),
        more: fc.dictionary(fc.stringMatching(/^x[a-z]{1,6}$/), hostileValue),
        around: blank,
      });
      fc.assert(
        fc.property(spelling, ({ type, name, around, more, ...keys }) => {
          const data = { ...more, [keys.vaultKey]: `${around}demo`, [keys.nameKey]: name + around };
          const raw = {
            ...more,
            [keys.typeKey]: around + type.toUpperCase(),
            [keys.dataKey]: data,
          };
          expect(readVaultEvent(raw)).toEqual({
            ok: true,
            event: { kind: kinds[type], vault: 'demo', name },
          });
        }),
        cases(300),
      );
    },
    patience(),
  );
});
