/** What gives Keeper something to do: a life's events, and orders by people. */
import { randomUUID } from 'node:crypto';
import { storageQueue } from '../../src/clients/queue.ts';
import { blobOrders } from '../../src/clients/order-store.ts';
import type { OrderBody } from '../../src/core/order.ts';
import { personalSlots } from '../../src/core/limits.ts';
import type { Password } from '../../src/local/simulators/directory-objects.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { RemoteHost } from './remote-host.ts';
import type { Theatre } from './theatre.ts';

const hourMs = 3_600_000;

export type Stir = 'creation' | 'planned-rotation' | 'rotate' | 'compromised' | 'retire';

/** The registrations of the demonstration that may have secrets. */
const stirred = ['calendar', 'mail', 'scheduler', 'archive'];

/** Stirs one registration up, or, at the creation, leaves the new tenant as it is. */
export async function stirUp(
  theatre: Theatre,
  { stir, random, host }: { stir: Stir; random: Random; host: RemoteHost },
): Promise<string> {
  const registration = random.pick(eligible(theatre, stir));
  switch (stir) {
    case 'creation':
      return 'all';
    case 'planned-rotation':
      await theatre.backdrop.door.age(registration, 20);
      await host.deliverEvent(nearExpiry(registration));
      return registration;
    case 'rotate':
      await order(theatre, registration, { kind: 'rotate', reason: 'a trial' });
      return registration;
    case 'compromised': {
      const removeAt = theatre.clock.now() + 4 * hourMs;
      theatre.openUntilAt = removeAt + hourMs;
      theatre.orderRemoval(passwordsOf(theatre, registration));
      await order(theatre, registration, {
        kind: 'compromised',
        keyIds: [],
        removeAt,
        endGrants: 'accept',
      });
      return registration;
    }
    case 'retire': {
      const old = oldCredential(theatre);
      if (!old) return 'nobody';
      theatre.orderRemoval([old.password]);
      await order(theatre, old.registration, { kind: 'retire', keyId: old.password.keyId });
      return old.registration;
    }
  }
}

/** An event as Key Vault sends it. */
function nearExpiry(registration: string): object {
  return {
    id: randomUUID(),
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo',
    subject: `nylas-${registration}`,
    eventType: 'Microsoft.KeyVault.SecretNearExpiry',
    eventTime: '2026-01-01T00:00:00Z',
    data: { VaultName: 'demo', ObjectType: 'Secret', ObjectName: `nylas-${registration}` },
    dataVersion: '1',
  };
}

/** Writes an order as the command line will: a blob, and a message that says to look. */
async function order(theatre: Theatre, registration: string, body: OrderBody): Promise<void> {
  const { storage } = theatre.backdrop;
  const at = theatre.clock.now();
  const id = `${new Date(at).toISOString()}-${randomUUID()}`;
  const written = await blobOrders(storage).write({ id, registration, body, by: 'trial', at });
  const queue = storageQueue(storage, theatre.backdrop.settings()['KEEPER_QUEUE'] ?? '');
  const sent = await queue.send({ v: 1, registration, cause: 'order' });
  if (!written.ok || !sent.ok) throw new Error(`cannot order to ${body.kind} ${registration}`);
}

/** A credential beside one that ends later. */
function oldCredential(
  theatre: Theatre,
): { readonly registration: string; readonly password: Password } | undefined {
  for (const registration of stirred) {
    const [old, later] = passwordsOf(theatre, registration).toSorted(
      (one, other) => one.endAt - other.endAt,
    );
    if (old && later) return { registration, password: old };
  }
  return undefined;
}

/**
 * For a new credential there must be a slot that is free, or that Keeper may clear; else it is a
 * person's turn, and nothing happens.
 */
function eligible(theatre: Theatre, stir: Stir): readonly string[] {
  if (stir === 'creation' || stir === 'retire') return stirred;
  const isPossible = (registration: string): boolean => {
    const listed = passwordsOf(theatre, registration);
    if (listed.length < personalSlots) return true;
    return stir === 'compromised' && listed.every((one) => !theatre.foreignKeyIds.has(one.keyId));
  };
  const possible = stirred.filter(isPossible);
  return possible.length === 0 ? stirred : possible;
}

function passwordsOf({ backdrop }: Theatre, registration: string): readonly Password[] {
  const wanted = backdrop.desired.registrations.find((one) => one.id === registration);
  return backdrop.cloud.directory
    .applications()
    .filter((one) => one.displayName === wanted?.displayName)
    .flatMap((one) => one.passwords);
}
