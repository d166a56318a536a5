/** `POST /api/resync`: an operator asks for a pass. */
import { resyncRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('resync', resyncRoute);
