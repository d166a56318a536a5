/** The routes for people: pages, and the forms on them. Their refusals are pages, too. */
import { order } from './order-page.ts';
import {
  confirm,
  formBytes,
  message,
  overview,
  registration,
  takeForm,
  type PageCall,
} from './pages.ts';
import type { Reply } from './reply.ts';
import type { GuardedRoute, RouteCall } from './route.ts';

function page(
  route: Pick<GuardedRoute, 'method' | 'path' | 'role' | 'bodyBytes' | 'takesForms'>,
  answer: (call: PageCall, asked: RouteCall) => Promise<Reply>,
): GuardedRoute {
  return {
    ...route,
    refused,
    async answer(asked) {
      const { parts, caller } = asked;
      const { world, files } = parts;
      const { desired, errors } = await parts.wanted();
      const mayOperate = caller.roles.has('Keeper.Operate');
      return answer({ world, files, desired, fileErrors: errors, mayOperate }, asked);
    },
  };
}

/** What a refusal says in headers stays: how to sign in, when to come again. */
const kept = ['www-authenticate', 'retry-after', 'allow'];

function refused({ status, headers, body }: Reply): Reply {
  const { title, detail } = JSON.parse(body) as { readonly title: string; readonly detail: string };
  const told = message(status, title, detail);
  const more = Object.entries(headers).filter(([name]) => kept.includes(name));
  return { ...told, headers: { ...told.headers, ...Object.fromEntries(more) } };
}

/** `GET /`. */
export const overviewRoute = page(
  { method: 'GET', path: '/', role: 'Keeper.Read' },
  (call, { query }) => overview(call, query.get('page')),
);

/** One registration. */
export const registrationRoute = page(
  { method: 'GET', path: 'registrations/{id}', role: 'Keeper.Read' },
  (call, { params, query }) => registration(call, params['id'] ?? '', query.get('done')),
);

/** What an order would bring about. */
export const confirmRoute = page(
  { method: 'GET', path: 'registrations/{id}/confirm', role: 'Keeper.Operate' },
  (call, { params, query }) =>
    confirm(call, params['id'] ?? '', { kind: query.get('kind'), keyId: query.get('keyId') }),
);

/** That an order waits, or what came of it. */
export const orderRoute = page(
  { method: 'GET', path: 'registrations/{id}/orders/{order}', role: 'Keeper.Read' },
  (call, { params }) => order(call, params['id'] ?? '', params['order'] ?? ''),
);

/** Where forms go. */
export const formRoute = page(
  {
    method: 'POST',
    path: 'registrations/{id}/orders',
    role: 'Keeper.Operate',
    bodyBytes: formBytes,
    takesForms: true,
  },
  (call, { params, caller, body }) =>
    takeForm(call, params['id'] ?? '', { body, by: caller.objectId }),
);
