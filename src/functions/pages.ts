/** The pages for people: overview, one registration, confirmations, and the forms on them. */
import { app, type HttpHandler } from '@azure/functions';
import {
  confirm,
  formBytes,
  message,
  overview,
  registration,
  takeForm,
  type PageCall,
} from '../web/pages.ts';
import type { Reply } from '../web/reply.ts';
import { admitted, type Admitted, type Route } from './http.ts';

/** A route whose refusals are pages, too. */
function page(
  route: Pick<Route, 'role' | 'bodyBytes' | 'takesForms'>,
  answer: (call: PageCall, admitted: Admitted) => Promise<Reply>,
): HttpHandler {
  return admitted({
    ...route,
    refused: (reply, { title, detail }) => ({
      ...message(reply.status, title, detail),
      // What the refusal says in headers stays: how to sign in, when to come again.
      headers: { ...message(reply.status, title, detail).headers, ...kept(reply) },
    }),
    async answer(parts) {
      const { live, caller } = parts;
      const { desired, errors } = await live.wanted();
      const mayOperate = caller.roles.has('Keeper.Operate');
      const { world, files } = live;
      return answer({ world, files, desired, fileErrors: errors, mayOperate }, parts);
    },
  });
}

function kept({ headers }: Reply): Record<string, string> {
  const names = ['www-authenticate', 'retry-after'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

app.http('overviewPage', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: '/',
  handler: page({ role: 'Keeper.Read' }, (call, { request }) =>
    overview(call, request.query.get('page')),
  ),
});

app.http('registrationPage', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'registrations/{id}',
  handler: page({ role: 'Keeper.Read' }, (call, { request }) =>
    registration(call, request.params['id'] ?? '', request.query.get('done')),
  ),
});

app.http('confirmPage', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'registrations/{id}/confirm',
  handler: page({ role: 'Keeper.Operate' }, (call, { request }) =>
    confirm(call, request.params['id'] ?? '', {
      kind: request.query.get('kind'),
      keyId: request.query.get('keyId'),
    }),
  ),
});

app.http('formOrders', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'registrations/{id}/orders',
  handler: page(
    { role: 'Keeper.Operate', bodyBytes: formBytes, takesForms: true },
    (call, { request, caller, body }) =>
      takeForm(call, request.params['id'] ?? '', { body, by: caller.objectId }),
  ),
});
