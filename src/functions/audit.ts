/** `GET /api/audit/{registration}`: what the log says, in words. */
import { app } from '@azure/functions';
import { auditLog } from '../web/audit.ts';
import { admitted } from './http.ts';

app.http('audit', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'api/audit/{registration}',
  handler: admitted({
    role: 'Keeper.Read',
    async answer({ live: { files, wanted }, request }) {
      const { desired } = await wanted();
      const registration = request.params['registration'] ?? '';
      const before = request.query.get('before');
      const limit = request.query.get('limit');
      return auditLog({ files, desired, registration, before, limit });
    },
  }),
});
