/**
 * Role: what of a request may hold no secret: everything but the places where one belongs. Those are
 * the value of a vault secret, the settings of a connector or record, and the form of the token endpoint.
 */

/** A request as it leaves a process. */
export interface LeavingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** The method, the address, all headers but the one that says who asks, and the rest of the body. */
export function tellableText(request: LeavingRequest): string {
  const { method, url, headers } = request;
  const told = [...headers].filter(([name]) => name !== 'authorization');
  const lines = told.map(([name, value]) => `${name}: ${value}`);
  return [method, decoded(url.href), ...lines, bodyWithoutSecret(request)].join('\n');
}

function decoded(text: string): string {
  try {
    return `${text}\n${decodeURIComponent(text)}`;
  } catch {
    return text;
  }
}

function bodyWithoutSecret({ method, url, body }: LeavingRequest): string {
  if (body === '') return '';
  const { hostname, pathname } = url;
  if (hostname.startsWith('login') && pathname.endsWith('/token')) {
    const form = new URLSearchParams(body);
    form.delete('client_secret');
    return [...form].flat().join('\n');
  }
  const isValue =
    hostname.endsWith('vault.localhost') &&
    method === 'PUT' &&
    /^\/secrets\/[^/]+$/.test(pathname.replace(/\/$/, ''));
  if (isValue) return without(body, ['value']);
  if (!hostname.includes('nylas')) return body;
  return /\/creds(?:\/|$)/.test(pathname)
    ? without(body, ['credential_data', 'client_secret'])
    : without(body, ['settings', 'client_secret']);
}

/** The text of a JSON object less the member at a path; any other text as it is. */
function without(text: string, [first, second]: readonly [string, string?]): string {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof read !== 'object' || read === null) return text;
  const { [first]: inner, ...rest } = read as Record<string, unknown>;
  if (second === undefined || typeof inner !== 'object' || inner === null) {
    return JSON.stringify(second === undefined ? rest : read);
  }
  const { [second]: _secret, ...kept } = inner as Record<string, unknown>;
  return JSON.stringify({ ...rest, [first]: kept });
}
