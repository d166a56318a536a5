/** What a route answers, free of any framework. */
import type { Desired } from '../core/desired.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * What its entity tag is made of, where a reader may ask whether it is still so: `whole` for the
   * body as it is, a text for what in the body counts.
   */
  readonly validator?: 'whole' | { readonly of: string };
  /** Of a refusal: it is mended when the person signs in anew with App Service. */
  readonly isSignInOver?: true;
}

/**
 * What stands on each answer: it is for nobody's cache, frame, script or guess at its type, and only
 * for HTTPS once it came by it. What a reader may keep says so itself (`conditional.ts`).
 */
export const guarded: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
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

/** A JSON answer that a reader may ask for again, and learn that it is the same. */
export function lasting(body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { ...json(200, body, headers), validator: 'whole' };
}

/** A refusal as problem details (RFC 9457): what is wrong, and what to do. */
export function problem(
  status: number,
  title: string,
  detail: string,
  more: Readonly<Record<string, string>> = {},
): Reply {
  const { headers, ...reply } = json(status, { type: 'about:blank', title, status, detail });
  return {
    ...reply,
    headers: { ...headers, 'content-type': 'application/problem+json; charset=utf-8', ...more },
  };
}

/** Ids that a refusal names; there may be a thousand. */
const namedIds = 20;

/** There is no registration of that name; what there is instead. */
export function noSuchRegistration({ registrations }: Desired): Reply {
  const named = registrations.slice(0, namedIds).map((one) => one.id);
  const rest = registrations.length - named.length;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return problem(404, 'No such registration', `keeper.yaml has: ${named.join(', ')}${more}.`);
}
