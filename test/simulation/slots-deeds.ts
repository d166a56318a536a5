/**
 * Role: what a person does who reads a reason's remedy (`src/core/reason.ts`), and nothing more.
 */
import type { Reason } from '../../src/core/reason.ts';
import { hourMs, minuteMs } from '../support/tenant.ts';
import type { MadeState } from './slots-making.ts';
import { heldBy } from './slots-watch.ts';

/** Does what the remedy says. False: there was nothing to do. */
export type Deed = (made: MadeState) => Promise<boolean>;

/** The remedies that ask for a deed; those that only point to other reasons are not here. */
export const deeds: Readonly<Partial<Record<Reason, Deed>>> = {
  'slots-full': removeUnused,
  'ambiguous-orphans': removeUnused,
  'secret-lost': recoverOrRotate,
  'connector-lost': recreateConnector,
  'connector-unconfirmed': async () => false,
  'removed-secret-works': async () => false,
};

/** Certificates & secrets: takes away one that neither the connector nor the vault holds. */
async function removeUnused({ customer, appId }: MadeState): Promise<boolean> {
  const { directory, vault } = customer.cloud;
  const held = heldBy(customer);
  const names = ['nylas-calendar', 'nylas-calendar-pending'];
  const stored = names.flatMap((name) => vault.state.current(name)?.value ?? []);
  const unused = customer.passwords().filter((one) => !held.includes(one.text));
  const choice =
    unused.find((one) => one.endAt <= customer.clock.now()) ??
    unused.find((one) => !stored.includes(one.text)) ??
    unused[0];
  if (!choice) return false;
  directory.removePasswordByHand(appId, choice.keyId);
  return true;
}

/** Manage deleted secrets; what was purged is made anew by a rotation. */
async function recoverOrRotate({ customer }: MadeState): Promise<boolean> {
  const { vault } = customer.cloud;
  const deleted = vault.state.deletedSecrets();
  for (const { name } of deleted) vault.recoverByHand(name);
  // A recovery takes seconds.
  customer.leap(minuteMs);
  if (deleted.length === 0) await customer.order({ kind: 'rotate', reason: 'secret purged' });
  return true;
}

/** The dashboard asks for a client id and a secret: whoever creates it copies the vault's. */
async function recreateConnector({ customer, appId, desired }: MadeState): Promise<boolean> {
  const { cloud, nylas } = customer;
  const [first] = nylas;
  const [wanted] = desired.connectors;
  if (!first || !wanted) return false;
  const current = cloud.vault.state.current('nylas-calendar');
  cloud.nylas[first.region].hand.connectorByHand(first.id, {
    settings: {
      clientId: appId,
      clientSecret: current?.enabled ? current.value : `kkk8Q~${'k'.repeat(34)}`,
      tenant: 'common',
    },
    scope: wanted.scopes,
  });
  customer.leap(hourMs);
  return true;
}
