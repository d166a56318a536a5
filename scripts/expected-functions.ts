/**
 * Role: every function that the package registers, part by part, with its bindings as the host is told
 * of them. What is not here is unexpected, and what is here and not registered is missing.
 */
import type { Indexed } from './worker.ts';

/** A binding without its generated name. */
export type Binding = Readonly<Record<string, unknown>>;

/** Functions by name, each with its bindings. */
export type Functions = Readonly<Record<string, readonly Binding[]>>;

/** The values of `KEEPER_PART`. */
export const parts = ['web', 'worker', 'all'] as const;
export type Part = (typeof parts)[number];

/** Keeper itself answers a method that a route does not have; the host's answer would be a bare one. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Who calls is for Keeper to say, not for the host's keys: all of them are anonymous to it. */
function http(route: string): readonly Binding[] {
  return [
    { type: 'httpTrigger', direction: 'in', methods, authLevel: 'anonymous', route },
    { type: 'http', direction: 'out' },
  ];
}

function timer(schedule: string): readonly Binding[] {
  return [{ type: 'timerTrigger', direction: 'in', schedule, runOnStartup: false }];
}

function queue(queueName: string): readonly Binding[] {
  return [{ type: 'queueTrigger', direction: 'in', queueName, connection: 'KEEPER_STORAGE' }];
}

const web: Functions = {
  audit: http('api/audit/{registration}'),
  confirmPage: http('registrations/{id}/confirm'),
  orderPage: http('registrations/{id}/orders/{order}'),
  formOrders: http('registrations/{id}/orders'),
  health: http('api/health'),
  openapi: http('api/openapi.json'),
  order: http('api/orders/{id}'),
  orders: http('api/orders'),
  overviewPage: http('/'),
  registrationPage: http('registrations/{id}'),
  resync: http('api/resync'),
  status: http('api/status'),
};

const worker: Functions = {
  checkpoint: timer('%KEEPER_CHECKPOINT%'),
  poison: queue('%KEEPER_QUEUE%-poison'),
  tick: timer('%KEEPER_TICK%'),
  vaultEvent: [{ type: 'eventGridTrigger', direction: 'in' }],
  work: queue('%KEEPER_QUEUE%'),
};

/** What each part registers, and nothing else. */
export const expectedFunctions: Readonly<Record<Part, Functions>> = {
  web,
  worker,
  all: { ...web, ...worker },
};

/** What was registered, in the form of the table. */
export function functionsIn(indexed: readonly Indexed[]): Functions {
  return Object.fromEntries(
    indexed.map(({ name, rawBindings }) => [name, rawBindings.map(bindingIn)]),
  );
}

/** The name is a hash of the function's; the property says what is so for every trigger of ours. */
function bindingIn(raw: string): Binding {
  const { name: _name, properties, ...binding } = JSON.parse(raw) as Record<string, unknown>;
  const isUsual =
    properties === undefined ||
    JSON.stringify(properties) === '{"supportsDeferredBinding":"false"}';
  return isUsual ? binding : { ...binding, properties };
}

/** How the registered functions differ from the table, a sentence for each. */
export function differences(part: Part, registered: Functions): string[] {
  const expected = expectedFunctions[part];
  const names = new Set([...Object.keys(expected), ...Object.keys(registered)]);
  return [...names].toSorted().flatMap((name) => {
    const [wanted, found] = [expected[name], registered[name]];
    if (found === undefined) return [`${part}: ${name} is not registered.`];
    if (wanted === undefined) return [`${part}: ${name} is registered and not expected.`];
    if (canonical(wanted) === canonical(found)) return [];
    return [`${part}: ${name} is bound as ${canonical(found)}, not as ${canonical(wanted)}.`];
  });
}

function canonical(bindings: readonly Binding[]): string {
  return JSON.stringify(
    bindings.map((one) =>
      Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ),
  );
}
