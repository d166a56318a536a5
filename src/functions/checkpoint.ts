/** The other timer: sees to it that the audit log has a signed checkpoint a day. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { checkpoint } from './handlers.ts';

app.timer('checkpoint', {
  schedule: '%KEEPER_CHECKPOINT%',
  runOnStartup: false,
  handler: () => checkpoint(live(), live().checkpoints),
});
