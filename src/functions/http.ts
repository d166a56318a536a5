/** Between the Functions library and our routes. */
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Reply } from '../web/reply.ts';

/** A route's answer as the library wants it. */
export function responseOf({ status, headers, body }: Reply): HttpResponseInit {
  return { status, headers: { ...headers }, body };
}

/** The body; of one past the bound (the host allows far more) only that it is past it. */
export async function boundedBody(request: HttpRequest, bytes: number): Promise<string> {
  const body = Buffer.from(await request.arrayBuffer());
  return body.subarray(0, bytes + 1).toString('latin1').length > bytes
    ? 'x'.repeat(bytes + 1)
    : body.toString('utf8');
}
