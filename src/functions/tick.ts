/** The timer: finds which registrations are due, and asks for a pass over each. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { scan } from '../reconcile/scan.ts';

app.timer('tick', {
  schedule: '%KEEPER_TICK%',
  runOnStartup: false,
  async handler() {
    const { world, wanted } = live();
    const { desired } = await wanted();
    const sent = await scan(world, desired);
    world.log.info('tick', { sent });
  },
});
