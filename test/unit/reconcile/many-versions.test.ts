/** Role: a secret to which somebody has written more often than can be listed (docs/decisions/0021). */
import { expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { hourMs, tenant } from '../../support/tenant.ts';

const secret = 'nylas-calendar';

it('the proven version becomes current again although the secret has more versions than can be listed', async () => {
  const customer = tenant();
  const calendar = customer.wish();
  await customer.settle(calendar);
  const { vault } = customer.cloud;
  for (let version = 0; version < 1_050; version += 1) {
    vault.putByHand(secret, { value: `somebody else's ${version}` });
  }
  const serving = customer.holds();
  await customer.after(calendar, 2 * hourMs);
  expect(customer.holds()).toBe(serving);
  expect(vault.state.current(secret)?.tags['keyId']).toBe(serving);
  await expectSound(customer);
});
