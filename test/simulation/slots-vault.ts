/** Role: what happened to the vault secret of a state and to its pending twin. */
import type { Tenant } from '../support/tenant.ts';
import type { MadeCredential, MadeSlots } from './slots-credentials.ts';
import type { VaultKind } from './slots.ts';

/** The secret, and the one that waits to be promoted. */
export const secretName = 'nylas-calendar';
export const twinName = `${secretName}-pending`;

/** Does it to a vault that has all that was stored; `made`: every credential of the state. */
export function harmVault({ cloud, clock }: Tenant, kind: VaultKind, made: MadeSlots): void {
  const { vault } = cloud;
  const drop = (name: string, purges: boolean): void => {
    if (vault.state.versions(name).length === 0) return;
    vault.deleteByHand(name);
    clock.advance(10_000);
    if (purges) vault.purge(name);
  };
  const foreign = made.find((one) => one?.kind.startsWith('foreign-'));
  switch (kind) {
    case 'plain':
      return;
    case 'purged':
    case 'deleted':
      drop(secretName, kind === 'purged');
      return;
    case 'both-purged':
    case 'both-deleted':
      for (const name of [secretName, twinName]) drop(name, kind === 'both-purged');
      return;
    case 'twin-purged':
    case 'twin-deleted':
      drop(twinName, kind === 'twin-purged');
      return;
    case 'disabled':
      vault.disableByHand(secretName);
      return;
    case 'by-hand':
      vault.putByHand(secretName, {
        value: liveForeign(made) ?? foreign?.text ?? '',
      });
      return;
    case 'by-hand-false':
      vault.putByHand(secretName, { value: `www8Q~${'v'.repeat(34)}` });
      return;
  }
}

/** A working foreign secret to put into the vault: the one that ends last. */
function liveForeign(made: MadeSlots): string | undefined {
  const live = made.filter(
    (one): one is MadeCredential => one?.kind === 'foreign-live' || one?.kind === 'foreign-ending',
  );
  return live.toSorted((one, other) => other.endAt - one.endAt)[0]?.text;
}
