/** `GET /api/openapi.json`: the API described. */
import { app } from '@azure/functions';
import { builtAs } from '../live.ts';
import { openApi } from '../web/openapi.ts';
import { admitted } from './http.ts';

app.http('openapi', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'api/openapi.json',
  handler: admitted({ role: 'Keeper.Read', answer: async () => openApi(builtAs) }),
});
