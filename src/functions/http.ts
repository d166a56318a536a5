/** Between the Functions library and our routes: who may call, what comes in, what goes out. */
import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions';
import { live, type Live } from '../live.ts';
import { verifyCaller, type Caller, type RouteNeeds } from '../web/caller.ts';
import type { Reply } from '../web/reply.ts';

/** A route's answer as the library wants it. */
export function responseOf({ status, headers, body }: Reply): HttpResponseInit {
  return { status, headers: { ...headers }, body };
}

interface Problem {
  readonly title: string;
  readonly detail: string;
}

/** One call of somebody who may. */
export interface Admitted {
  readonly live: Live;
  readonly caller: Caller;
  readonly request: HttpRequest;
  /** The body, as far as the route reads one. */
  readonly body: string;
}

export interface Route extends RouteNeeds {
  /** Bytes of a body that is read; none: the route takes none. */
  readonly bodyBytes?: number;
  readonly answer: (call: Admitted) => Promise<Reply>;
  /** Another form for a refusal; without it, problem details. */
  readonly refused?: (reply: Reply, problem: Problem) => Reply;
}

/**
 * A handler that answers only those whom Entra vouches for. The functions are anonymous to the host:
 * its keys say nothing about who calls.
 */
export function admitted({ bodyBytes = 0, answer, refused, ...needs }: Route): HttpHandler {
  return async (request) => {
    const body = await boundedBody(request, bodyBytes);
    const parts = live();
    const { method, url, headers } = request;
    const call = { method, url, headers, hasBody: body !== '' };
    const verified = await verifyCaller(call, needs, parts.callers);
    if (!verified.ok) {
      const { reply } = verified;
      return responseOf(refused?.(reply, JSON.parse(reply.body) as Problem) ?? reply);
    }
    return responseOf(await answer({ live: parts, caller: verified.caller, request, body }));
  };
}

/** The body; of one past the bound (the host allows far more) only that it is past it. */
export async function boundedBody(request: HttpRequest, bytes: number): Promise<string> {
  const body = Buffer.from(await request.arrayBuffer());
  return body.length > bytes ? 'x'.repeat(bytes + 1) : body.toString('utf8');
}
