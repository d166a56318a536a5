/**
 * Role: an app with one function for each rule of the host that the product's own functions do not
 * show. What it was given it keeps in `globalThis.smallApp`.
 */
import { app } from '@azure/functions';

const seen = { events: [], messages: [], poisoned: [], timers: [], started: 0, ended: 0 };
globalThis.smallApp = seen;

app.hook.appStart(() => {
  seen.started += 1;
});
app.hook.appTerminate(() => {
  seen.ended += 1;
});
app.hook.log((line) => {
  line.message = line.message.replaceAll('classified', '[left out]');
});
app.hook.preInvocation((context) => {
  if (context.invocationContext.functionName === 'hooked') context.inputs.push('added');
});
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName !== 'hooked') return;
  context.result = { body: `${context.result.body}, seen after` };
});

app.http('echo', {
  methods: ['POST', 'PUT'],
  authLevel: 'anonymous',
  route: 'things/{id}',
  handler: async (request) => ({
    status: 201,
    headers: { 'x-one': '1' },
    jsonBody: {
      url: new URL(request.url).pathname,
      id: request.params.id,
      query: [...request.query],
      body: await request.text(),
      header: request.headers.get('x-given'),
    },
  }),
});
app.http('fixed', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'things/fixed',
  handler: () => ({ body: 'the fixed one' }),
});
app.http('nothing', { methods: ['GET'], authLevel: 'anonymous', handler: () => undefined });
app.http('hooked', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (_request, added) => ({ body: added }),
});
app.http('failing', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler(_request, context) {
    context.warn('a classified line');
    throw new Error('the detail of the failure');
  },
});
app.http('ruling', { methods: ['GET'], authLevel: 'admin', handler: () => ({ body: 'yes' }) });

app.eventGrid('event', {
  handler(event, context) {
    if (event.data?.Fail) throw new Error('event failed');
    seen.events.push({ event, metadata: context.triggerMetadata });
  },
});
app.timer('everyHour', {
  schedule: '%HOURLY%',
  handler(timer) {
    seen.timers.push(timer);
    if (seen.timers.length === 2) throw new Error('timer failed');
  },
});
app.timer('weekly', { schedule: '0 30 9 * * Mon', handler: () => undefined });
app.storageQueue('letters', {
  queueName: 'letters-%STAGE%',
  connection: 'STORE',
  handler(message, context) {
    seen.messages.push({ message, metadata: context.triggerMetadata });
    if (message === 'bad') throw new Error('letter failed');
  },
});
app.storageQueue('lettersPoison', {
  queueName: 'letters-%STAGE%-poison',
  connection: 'STORE',
  handler(message) {
    seen.poisoned.push(message);
    if (seen.poisoned.length === 2) throw new Error('poison failed');
  },
});
