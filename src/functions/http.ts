/** Between the Functions library and our routes: what comes in, and what goes out. */
import { app, type HttpHandler, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { live, systemClock } from '../live.ts';
import { openDoor } from '../web/door.ts';
import type { Reply } from '../web/reply.ts';
import type { Route } from '../web/route.ts';

/** A route's answer as the library wants it. */
export function responseOf({ status, headers, body }: Reply): HttpResponseInit {
  return { status, headers: { ...headers }, body };
}

/** One for the whole process. How often somebody calls is measured by the machine's time. */
const door = openDoor({ monotonic: () => systemClock.monotonic() });

/**
 * Registers a route. The functions are anonymous to the host, whose keys say nothing about who
 * calls; and they take every method, so that the door answers what is not meant and not the host.
 */
export function serve(name: string, route: Route): void {
  app.http(name, {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    authLevel: 'anonymous',
    route: route.path,
    handler: handlerOf(route),
  });
}

function handlerOf(route: Route): HttpHandler {
  return async (request) => {
    const { method, url, headers, params, query } = request;
    const body = (bytes: number) => boundedBody(request, bytes);
    return responseOf(await door(route, { method, url, headers, params, query, body }, live));
  };
}

/** The body; of one past the bound (the host allows far more) only that it is past it. */
export async function boundedBody(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  bytes: number,
): Promise<string> {
  const tooLong = 'x'.repeat(bytes + 1);
  if (Number(headers.get('content-length') ?? 0) > bytes) return tooLong;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.byteLength;
    // To leave the loop is to cancel the rest.
    if (length > bytes) return tooLong;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
