/** `GET /api/health`: that the app answers, and nothing else. For everybody. */
import { healthRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('health', healthRoute);
