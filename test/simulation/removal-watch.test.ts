import { describe, expect, it } from 'vitest';
import { CALM } from '../../src/local/simulators/directory-options.ts';
import {
  dayMs,
  handMade,
  plainMode,
  tenant,
  type HandMade,
  type Tenant,
} from '../support/tenant.ts';
import { strayHolders } from './holders.ts';
import { removalWatch, type RemovalWatch } from './removal-watch.ts';

interface Watched {
  readonly customer: Tenant;
  readonly made: HandMade;
  readonly watch: RemovalWatch;
}

/** Two connectors that hold one credential, and somebody who watches. */
function watched(): Watched {
  const customer = tenant({ directory: CALM, modes: [plainMode, plainMode] });
  const made = handMade(customer);
  return { customer, made, watch: removalWatch(() => customer) };
}

async function remove({ customer, made, watch }: Watched): Promise<void> {
  const { id } = customer.application();
  await watch.over(customer.world).directory.removeCredential(id, made.keyId);
}

describe('the watch over removals', () => {
  it('names each holder of a living credential that is removed', async () => {
    const all = watched();
    await remove(all);
    expect(all.watch.flaws).toEqual(
      [0, 1].map((one) => `${all.made.keyId} is removed while connector ${one} holds it`),
    );
  });

  it('lets what has ended go, and what leaked after its time', async () => {
    const ended = watched();
    ended.customer.leap(21 * dayMs);
    await remove(ended);
    const leaked = watched();
    leaked.watch.leakedGoAt(leaked.customer.clock.now());
    await remove(leaked);
    expect([...ended.watch.flaws, ...leaked.watch.flaws]).toEqual([]);
  });
});

describe('the holders of a credential', () => {
  it('are told from those that hold something else', () => {
    const { customer, made } = watched();
    const [wanted] = customer.passwords();
    expect(strayHolders(customer, wanted)).toEqual([]);
    const [first] = customer.nylas;
    customer.cloud.nylas.us.hand.connectorByHand(first?.id ?? '', {
      settings: { clientId: made.appId, clientSecret: 'a text of nothing', tenant: 'common' },
    });
    expect(strayHolders(customer, wanted)).toEqual([
      `connector 0 holds what is not listed, not ${made.keyId}`,
    ]);
  });
});
