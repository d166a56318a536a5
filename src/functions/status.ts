/** `GET /api/status`: how all is. */
import { app } from '@azure/functions';
import { status } from '../web/status.ts';
import { admitted } from './http.ts';

app.http('status', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'api/status',
  handler: admitted({
    role: 'Keeper.Read',
    async answer({ live: { world, wanted }, request }) {
      const { desired, errors } = await wanted();
      const registration = request.query.get('registration');
      const order = request.query.get('order');
      return status({ world, desired, fileErrors: errors.length, registration, order });
    },
  }),
});
