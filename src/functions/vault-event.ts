/** Key Vault's events through Event Grid: hints that a registration should be looked at (law 9). */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { vaultEvent } from './handlers.ts';

app.eventGrid('vaultEvent', {
  handler: (raw: unknown) => vaultEvent(live(), raw),
});
