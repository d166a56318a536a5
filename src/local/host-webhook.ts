/** Role: the host's webhook for Event Grid: keys, handshakes, and events to functions. */
import type { InvocationRequest } from './functions-core-shapes.ts';
import type { RegisteredFunction } from './functions-core.ts';
import { type Invoker, triggerOf, tryInvoke } from './host-invoke.ts';
import { type HostKeys, isAccepted } from './host-keys.ts';
import { keyIn } from './host-http.ts';
import type { HostReply, HostRequest } from './host-server.ts';

/** Where Event Grid delivers. */
export const webhookPath = '/runtime/webhooks/eventgrid';

type JsonObject = Readonly<Record<string, unknown>>;

/** Answers a request to {@link webhookPath}. */
export async function answerWebhook(
  invoker: Invoker,
  keys: HostKeys,
  request: HostRequest,
): Promise<HostReply> {
  const presented = request.headers['aeg-sas-key'] ?? keyIn(request);
  if (!isAccepted(presented, [keys.systemKey, keys.masterKey])) return { status: 401 };
  const one = eventFunction(invoker, request.url.searchParams.get('functionName'));
  if (!one) return { status: 404 };
  if (request.method === 'OPTIONS') return consent(request);
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'OPTIONS, POST' } };
  const events = eventsIn(await request.readBody());
  if (!events) return { status: 400 };
  const kind = request.headers['aeg-event-type']?.toLowerCase();
  if (kind === 'subscriptionvalidation') return validation(events[0]);
  if (kind === 'unsubscribe') return { status: 200 };
  return deliver(invoker, one, events);
}

/** Names of the functions that take events. */
export function eventFunctions(invoker: Invoker): string[] {
  return [...invoker.registrations.functions.values()]
    .filter((one) => triggerOf(one).type === 'eventGridTrigger')
    .map((one) => one.name);
}

function eventFunction(invoker: Invoker, name: string | null): RegisteredFunction | undefined {
  const wanted = name?.toLowerCase();
  const known = eventFunctions(invoker).find((one) => one.toLowerCase() === wanted);
  return known === undefined ? undefined : invoker.registrations.functions.get(known);
}

/** The handshake of CloudEvents: yes, this origin may send. */
function consent({ headers }: HostRequest): HostReply {
  const origin = headers['webhook-request-origin'];
  if (origin === undefined) return { status: 400 };
  return {
    status: 200,
    headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' },
  };
}

/** The handshake of Event Grid's own schema: the code comes back. */
function validation(event: JsonObject | undefined): HostReply {
  const code = (event?.['data'] as JsonObject | undefined)?.['validationCode'];
  if (typeof code !== 'string') return { status: 400 };
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ validationResponse: code }),
  };
}

/** An array of events, or one CloudEvent; undefined for anything else. */
function eventsIn(body: Buffer): JsonObject[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const events: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return events.every(isObject) ? events : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each event is one invocation; Event Grid sends all again when one fails. */
async function deliver(
  invoker: Invoker,
  one: RegisteredFunction,
  events: readonly JsonObject[],
): Promise<HostReply> {
  let failed = 0;
  for (const event of events) {
    if (!(await tryInvoke(invoker, one, eventRequest(triggerOf(one).name, event)))) failed += 1;
  }
  return { status: failed === 0 ? 202 : 500 };
}

function eventRequest(binding: string, event: JsonObject): InvocationRequest {
  const data = event['data'];
  return {
    inputData: [{ name: binding, data: { json: JSON.stringify(event) } }],
    triggerMetadata: data === undefined ? {} : { data: { json: JSON.stringify(data) } },
  };
}
