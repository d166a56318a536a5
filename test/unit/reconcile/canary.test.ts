import { describe, expect, it } from 'vitest';
import { dayMs, handMade, hourMs, oddMode, tenant, type Tenant } from '../../support/tenant.ts';

/** Every secret text that the simulated world has ever held: secrets, API keys, hand-made versions. */
function secretsOf(customer: Tenant): readonly string[] {
  const { vault, nylas, directory } = customer.cloud;
  const stored = vault.state
    .secrets()
    .flatMap(({ name }) => vault.state.versions(name).map((version) => version.value));
  const keys = customer.nylas.flatMap(({ region, id }) => [
    ...nylas[region].hand.application(id).keys.keys(),
  ]);
  const listed = directory.applications().flatMap((one) => one.passwords.map(({ text }) => text));
  return [...new Set([...stored, ...keys, ...listed])].filter((text) => text.length >= 8);
}

/** Everything that Keeper has left anywhere but in the vault and at Nylas. */
function tracesOf(customer: Tenant, told: readonly unknown[]): string {
  const { chains, states, orders, queue } = customer.stores;
  const { directory } = customer.cloud;
  return [
    ...chains.texts.values(),
    ...states.bodies.values(),
    ...orders.results.values(),
    JSON.stringify([...states.heads.values()]),
    JSON.stringify([...orders.waiting.values()]),
    JSON.stringify(queue.messages),
    ...customer.logged,
    ...told.map((one) => JSON.stringify(one)),
    JSON.stringify(
      directory.applications().map((one) => ({
        ...one,
        passwords: one.passwords.map((password) => ({ ...password, text: '' })),
      })),
    ),
    ...customer.cloud.vault.state
      .secrets()
      .flatMap(({ name }) =>
        customer.cloud.vault.state.versions(name).map((version) => JSON.stringify(version.tags)),
      ),
  ].join('\n');
}

describe('secret texts', () => {
  it.each([1, 2, 3])(
    'appear in no chain, state, order, message, log line or report (seed %i)',
    async (seed) => {
      const customer = tenant({ modes: [oddMode(seed), oddMode(seed + 3)], seed, faults: 'heavy' });
      customer.cloud.fates.setLevel('none');
      const made = handMade(customer);
      customer.cloud.fates.setLevel('heavy');
      const told: unknown[] = [];
      const calendar = customer.wish({
        appId: made.appId,
        takeOver: true,
        lifetimeDays: 90,
        renewBeforeDays: 20,
      });
      const listen = async (ms: number): Promise<void> => {
        await customer.live(calendar, {
          untilAt: customer.clock.now() + ms,
          stop: (report) => {
            told.push(report);
            return false;
          },
        });
      };
      await listen(30 * dayMs);
      customer.cloud.vault.putByHand('nylas-calendar', { value: 'a canary put in by hand' });
      await customer.order({ kind: 'rotate', reason: 'test' });
      await listen(5 * dayMs);
      await customer.order({ kind: 'resync', mode: 'plan' });
      await customer.order({
        kind: 'compromised',
        keyIds: [],
        removeAt: customer.clock.now() + 4 * hourMs,
        endGrants: 'accept',
      });
      await listen(10 * dayMs);
      const secrets = secretsOf(customer);
      const traces = tracesOf(customer, told);
      expect(secrets.length).toBeGreaterThan(5);
      expect(traces.length).toBeGreaterThan(10_000);
      expect(secrets.filter((text) => traces.includes(text))).toEqual([]);
    },
  );
});
