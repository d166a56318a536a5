/** What Keeper has begun and not ended: orders without answer, intents without outcome, adds in doubt. */
import { blankHead, readLog } from '../../src/audit/log.ts';
import { blobOrders } from '../../src/clients/order-store.ts';
import { remember } from '../../src/core/fold.ts';
import { blankMemory } from '../../src/core/memory.ts';
import type { Backdrop } from '../../src/local/backdrop.ts';

/** One sentence for each. */
export async function workUnderWay(
  backdrop: Pick<Backdrop, 'chains' | 'desired' | 'storage'>,
): Promise<readonly string[]> {
  const orders = blobOrders(backdrop.storage);
  const found: string[] = [];
  for (const { key } of backdrop.desired.registrations) {
    const listed = await orders.list(key);
    if (!listed.ok) found.push(`orders of ${key} cannot be listed: ${listed.fault.kind}`);
    else found.push(...listed.value.map((one) => `an order to ${one.body.kind} ${key} is open`));
    const log = await readLog(backdrop.chains, key, blankHead);
    if (!log.ok || log.value.defect) {
      found.push(`the chain of ${key} cannot be read`);
      continue;
    }
    const { open, parked } = remember(blankMemory(), log.value.entries);
    found.push(...open.map((one) => `${key}: the intent to ${one.effect.kind} is open`));
    found.push(...parked.map(() => `${key}: an add is in doubt`));
  }
  return found;
}
