/** The routes for people: pages, and the forms on them. Their refusals are pages, too. */
import { order } from './order-page.ts';
import { registrationAddress, signInAddress } from './page/addresses.ts';
import { messagePage } from './page/message.ts';
import {
  confirm,
  formBytes,
  message,
  overview,
  page as pageReply,
  registration,
  takeForm,
  type PageCall,
} from './pages.ts';
import type { Reply } from './reply.ts';
import type { GuardedRoute, RouteCall, RouteRequest } from './route.ts';

function page(
  route: Pick<GuardedRoute, 'method' | 'path' | 'role' | 'bodyBytes' | 'takesForms'>,
  answer: (call: PageCall, asked: RouteCall) => Promise<Reply>,
): GuardedRoute {
  return {
    ...route,
    refused: (reply, request) =>
      reply.isSignInOver === true
        ? signInOver(reply, route.method === 'GET' ? request.url : formPageOf(request))
        : refused(reply),
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

/** Pages can be asked for again after a sign-in; a form is filled in again. */
function formPageOf({ url, params }: Pick<RouteRequest, 'url' | 'params'>): string {
  return new URL(registrationAddress(params['id'] ?? ''), url).href;
}

/** The way back in, to the page at `url`. */
function signInOver({ status, headers }: Reply, url: string): Reply {
  const { pathname, search } = new URL(url);
  const told = messagePage({
    title: 'Your sign-in has ended',
    text: 'Microsoft Entra vouches for you for about an hour at a time. If you sent an order, it was not taken.',
    link: { address: signInAddress(`${pathname}${search}`), text: 'Sign in again' },
  });
  return withKept(pageReply(status, told), headers);
}

function refused({ status, headers, body }: Reply): Reply {
  const { title, detail } = JSON.parse(body) as { readonly title: string; readonly detail: string };
  return withKept(message(status, title, detail), headers);
}

function withKept(told: Reply, headers: Reply['headers']): Reply {
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
