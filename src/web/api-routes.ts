/** The routes for programs: what each needs, and what it hands on. */
import { auditLog } from './audit.ts';
import { openApi } from './openapi.ts';
import { orderAnswer, orderBodyBytes, placeOrder } from './orders.ts';
import { json } from './reply.ts';
import { resync, resyncBodyBytes } from './resync.ts';
import type { GuardedRoute, OpenRoute } from './route.ts';
import { status } from './status.ts';

/** That the app answers, and nothing else. Telling it costs less than refusing it. */
export const healthRoute: OpenRoute = {
  method: 'GET',
  path: 'api/health',
  role: 'everybody',
  answer: () => json(200, { ok: true }),
};

/** How all is, or one. */
export const statusRoute: GuardedRoute = {
  method: 'GET',
  path: 'api/status',
  role: 'Keeper.Read',
  async answer({ parts: { world, wanted }, query }) {
    const { desired, errors } = await wanted();
    return status({
      world,
      desired,
      fileErrors: errors.length,
      registration: query.get('registration'),
      order: query.get('order'),
      limit: query.get('limit'),
      cursor: query.get('cursor'),
    });
  },
};

/** What the log says, in words. */
export const auditRoute: GuardedRoute = {
  method: 'GET',
  path: 'api/audit/{registration}',
  role: 'Keeper.Read',
  async answer({ parts: { files, wanted }, params, query }) {
    const { desired } = await wanted();
    return auditLog({
      files,
      desired,
      registration: params['registration'] ?? '',
      before: query.get('before'),
      cursor: query.get('cursor'),
      limit: query.get('limit'),
    });
  },
};

/** Somebody asks for a pass. */
export const resyncRoute: GuardedRoute = {
  method: 'POST',
  path: 'api/resync',
  role: 'Keeper.Operate',
  bodyBytes: resyncBodyBytes,
  async answer({ parts: { world, wanted }, caller, body, headers }) {
    const { desired } = await wanted();
    const idempotencyKey = headers.get('idempotency-key');
    return resync({ world, desired, body, by: caller.objectId, idempotencyKey });
  },
};

/** Somebody gives an order. */
export const ordersRoute: GuardedRoute = {
  method: 'POST',
  path: 'api/orders',
  role: 'Keeper.Operate',
  bodyBytes: orderBodyBytes,
  async answer({ parts: { world, wanted }, caller, body, headers }) {
    const { desired } = await wanted();
    const idempotencyKey = headers.get('idempotency-key');
    return placeOrder({ world, desired, body, by: caller.objectId, idempotencyKey });
  },
};

/** What came of an order. */
export const orderRoute: GuardedRoute = {
  method: 'GET',
  path: 'api/orders/{id}',
  role: 'Keeper.Read',
  answer: ({ parts: { world }, params }) => orderAnswer(world, params['id'] ?? ''),
};

/** The API described. */
export function openApiRoute(build: string): GuardedRoute {
  const described = openApi(build);
  return {
    method: 'GET',
    path: 'api/openapi.json',
    role: 'Keeper.Read',
    answer: async () => described,
  };
}
