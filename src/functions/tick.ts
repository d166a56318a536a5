/** The timer: finds which registrations are due, and asks for a pass over each. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { tick } from './handlers.ts';

app.timer('tick', {
  schedule: '%KEEPER_TICK%',
  runOnStartup: false,
  handler: () => tick(live()),
});
