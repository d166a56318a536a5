/** `POST /api/orders`, `GET /api/orders/{id}`: what people may ask for, and what came of it. */
import { orderRoute, ordersRoute } from '../web/api-routes.ts';
import { serve } from './http.ts';

serve('orders', ordersRoute);
serve('order', orderRoute);
