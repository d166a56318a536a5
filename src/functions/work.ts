/** The queue: one message is one pass over one registration. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { work } from './handlers.ts';

app.storageQueue('work', {
  queueName: '%KEEPER_QUEUE%',
  connection: 'KEEPER_STORAGE',
  async handler(raw: unknown) {
    await work(live(), raw);
  },
});
