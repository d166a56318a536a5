/** `GET /api/audit/{registration}`: what the log says, in words. */
import { auditRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('audit', auditRoute);
