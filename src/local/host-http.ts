/** Role: HTTP functions of the host: routes, methods, keys, and the way there and back. */
import type { HttpData, InvocationResponse } from './functions-core-shapes.ts';
import type { RegisteredFunction } from './functions-core.ts';
import { type Invoker, triggerOf, tryInvoke } from './host-invoke.ts';
import { type HostKeys, isAccepted } from './host-keys.ts';
import { type HostFile, resolveNames, type Settings } from './host-settings.ts';
import type { HostReply, HostRequest } from './host-server.ts';

/** An HTTP function and where it answers. */
export interface HttpRoute {
  readonly one: RegisteredFunction;
  readonly binding: string;
  /** A segment in braces is a parameter. */
  readonly segments: readonly string[];
  readonly methods: readonly string[];
  readonly accepts: 'everyone' | readonly string[];
}

/** A parameter of a route; constraints and optional ones are not known here. */
const parameterPattern = /^\{(\w+)\}$/;

/** The route of an HTTP function. @throws Error for what this host does not do. */
export function httpRouteOf(
  one: RegisteredFunction,
  { keys, file, settings }: { keys: HostKeys; file: HostFile; settings: Settings },
): HttpRoute {
  const { name: binding } = triggerOf(one);
  const { route, methods, authLevel } = one.bindings[binding] as {
    route?: string;
    methods?: readonly string[];
    authLevel?: string;
  };
  const path = `${file.routePrefix}/${resolveNames(route ?? one.name, settings)}`;
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => /[{}]/.test(segment) && !parameterPattern.test(segment))) {
    throw new Error(`the local host does not know the form of the route of "${one.name}"`);
  }
  return {
    one,
    binding,
    segments,
    methods: (methods ?? ['GET', 'POST']).map((method) => method.toUpperCase()),
    accepts: acceptedBy(authLevel, keys, one.name),
  };
}

/** Answers a request to a function; undefined when no route is like that. */
export async function answerHttp(
  invoker: Invoker,
  routes: readonly HttpRoute[],
  request: HostRequest,
): Promise<HostReply | undefined> {
  const matching = routes
    .map((route) => ({ route, params: paramsOf(route, request.url.pathname) }))
    .filter((match) => match.params !== undefined)
    .toSorted((a, b) => Object.keys(a.params ?? {}).length - Object.keys(b.params ?? {}).length);
  if (matching.length === 0) return undefined;
  // HEAD is GET whose body the server leaves out.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = matching.find(({ route }) => route.methods.includes(method));
  if (!match) return { status: 405, headers: { allow: allowOf(matching) } };
  const { route, params = {} } = match;
  if (route.accepts !== 'everyone' && !isAccepted(keyIn(request), route.accepts)) {
    return { status: 401 };
  }
  const http: HttpData = {
    method,
    url: request.url.href,
    headers: request.headers,
    params,
    query: queryOf(request.url),
    body: { bytes: await request.readBody() },
  };
  const response = await tryInvoke(invoker, route.one, {
    inputData: [{ name: route.binding, data: { http } }],
  });
  return response ? replyOf(response) : { status: 500 };
}

/** The key that a request carries, as Azure takes it. */
export function keyIn({ headers, url }: HostRequest): string | null {
  return headers['x-functions-key'] ?? url.searchParams.get('code');
}

function acceptedBy(
  authLevel: string | undefined,
  { functionKey, masterKey }: HostKeys,
  name: string,
): HttpRoute['accepts'] {
  switch (authLevel?.toLowerCase()) {
    case undefined:
    case 'anonymous':
      return 'everyone';
    case 'function':
      return [functionKey, masterKey];
    case 'admin':
      return [masterKey];
    default:
      throw new Error(`function "${name}" has an unknown authLevel`);
  }
}

function allowOf(matching: readonly { readonly route: HttpRoute }[]): string {
  const methods = new Set(matching.flatMap(({ route }) => route.methods));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].toSorted().join(', ');
}

/** Parameters of a path, undefined when it is not of the route. Letter case does not count. */
function paramsOf(route: HttpRoute, pathname: string): Record<string, string> | undefined {
  const given = pathname.split('/').filter((segment) => segment !== '');
  if (given.length !== route.segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of route.segments.entries()) {
    const text = decoded(given[index] ?? '');
    const name = parameterPattern.exec(wanted)?.[1];
    if (text === undefined) return undefined;
    if (name !== undefined) params[name] = text;
    else if (text.toLowerCase() !== wanted.toLowerCase()) return undefined;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // Not a percent-encoding: no route has such a name.
  }
}

/** As the real host gives it: one text a name, values of the same name joined. */
function queryOf(url: URL): Record<string, string> {
  const names = new Set(url.searchParams.keys());
  return Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name).join()]));
}

function replyOf({ returnValue }: InvocationResponse): HostReply {
  const http = returnValue?.http;
  if (!http) return { status: 204 };
  if (http.cookies?.length) throw new Error('the local host does not send cookies');
  const body = http.body?.bytes ?? http.body?.string;
  return {
    status: Number(http.statusCode ?? 200),
    headers: http.headers ?? {},
    ...(body === undefined ? {} : { body }),
  };
}
