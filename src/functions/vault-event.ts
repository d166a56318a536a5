/** Key Vault's events through Event Grid: hints that a registration should be looked at (law 9). */
import { app } from '@azure/functions';
import { readVaultEvent } from '../clients/vault-event.ts';
import { live } from '../live.ts';
import { registrationsUsing } from '../reconcile/scan.ts';

app.eventGrid('vaultEvent', {
  async handler(raw: unknown) {
    const { world, wanted } = live();
    const read = readVaultEvent(raw);
    if (!read.ok) {
      world.log.info('event ignored', { why: read.why });
      return;
    }
    const { desired } = await wanted();
    const concerned = registrationsUsing(desired, read.event);
    if (concerned.length === 0) world.log.info('event ignored', { why: 'not-ours' });
    for (const { key } of concerned) {
      // Awaited: an output binding would be lost in a crash.
      const sent = await world.queue.send({ v: 1, registration: key, cause: 'event' });
      if (!sent.ok) throw new Error(`queue does not take messages: ${sent.fault.kind}`);
    }
  },
});
