/** `GET /api/openapi.json`: the API described. */
import { builtAs } from '../live.ts';
import { openApiRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('openapi', openApiRoute(builtAs));
