/** `GET /api/status`: how all is. */
import { app } from '@azure/functions';
import { live } from '../live.ts';
import { status } from '../web/status.ts';
import { responseOf } from './http.ts';

app.http('status', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'api/status',
  async handler(request) {
    const { world, wanted } = live();
    const { desired, errors } = await wanted();
    const registration = request.query.get('registration');
    const order = request.query.get('order');
    return responseOf(
      await status({ world, desired, fileErrors: errors.length, registration, order }),
    );
  },
});
