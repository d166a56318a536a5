/** `POST /api/resync`: an operator asks for a pass. */
import { app } from '@azure/functions';
import { resync, resyncBodyBytes } from '../web/resync.ts';
import { admitted } from './http.ts';

app.http('resync', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'api/resync',
  handler: admitted({
    role: 'Keeper.Operate',
    bodyBytes: resyncBodyBytes,
    async answer({ live: { world, wanted }, caller, body }) {
      const { desired } = await wanted();
      return resync({ world, desired, body, by: caller.objectId });
    },
  }),
});
