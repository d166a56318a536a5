/** `GET /api/health`: that the app answers, and nothing else. For everybody. */
import { app } from '@azure/functions';
import { json } from '../web/reply.ts';
import { responseOf } from './http.ts';

app.http('health', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'api/health',
  handler: async () => responseOf(json(200, { ok: true })),
});
