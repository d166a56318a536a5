/** `POST /api/orders`, `GET /api/orders/{id}`: what people may ask for, and what came of it. */
import { app } from '@azure/functions';
import { orderAnswer, orderBodyBytes, placeOrder } from '../web/orders.ts';
import { admitted } from './http.ts';

app.http('orders', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'api/orders',
  handler: admitted({
    role: 'Keeper.Operate',
    bodyBytes: orderBodyBytes,
    async answer({ live: { world, wanted }, caller, body }) {
      const { desired } = await wanted();
      return placeOrder({ world, desired, body, by: caller.objectId });
    },
  }),
});

app.http('order', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'api/orders/{id}',
  handler: admitted({
    role: 'Keeper.Read',
    answer: ({ live: { world }, request }) => orderAnswer(world, request.params['id'] ?? ''),
  }),
});
