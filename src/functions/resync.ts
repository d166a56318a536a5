/** `POST /api/resync`: an operator asks for a pass. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { resync, resyncBodyBytes } from '../web/resync.ts';
import { boundedBody, responseOf } from './http.ts';

app.http('resync', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'api/resync',
  async handler(request) {
    const { world, wanted } = live();
    const { desired } = await wanted();
    const body = await boundedBody(request, resyncBodyBytes);
    return responseOf(await resync({ world, desired, body, by: 'function-key' }));
  },
});
