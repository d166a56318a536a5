/** `GET /api/status`: how all is. */
import { statusRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('status', statusRoute);
