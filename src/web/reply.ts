/** What a route answers, free of any framework. */

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Nothing that Keeper tells is for a cache, a frame or a guess at its type. */
const guarded: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** A JSON answer. */
export function json(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...guarded, ...headers },
    body: `${JSON.stringify(body, undefined, 2)}\n`,
  };
}

/** A refusal as problem details (RFC 9457): what is wrong, and what to do. */
export function problem(status: number, title: string, detail: string): Reply {
  const { headers, ...reply } = json(status, { type: 'about:blank', title, status, detail });
  return {
    ...reply,
    headers: { ...headers, 'content-type': 'application/problem+json; charset=utf-8' },
  };
}
