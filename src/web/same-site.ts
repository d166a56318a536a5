/**
 * Keeps pages of other sites from triggering anything. A browser adds cookies, and App Service turns
 * those into a token, without asking which page a request comes from. So what is not a plain read
 * must not come from another origin, whoever signed in.
 */

/** What is read of a request. */
export interface SiteRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Whether a body came along. */
  readonly hasBody: boolean;
}

export interface SiteRules {
  /** Where people find Keeper, when that is not the address that it is called at. */
  readonly publicUrl?: string;
  /** A form of Keeper's own page may be sent here. */
  readonly takesForms?: boolean;
  /** The caller may be known by a cookie alone, which browsers send unasked. */
  readonly isAmbient: boolean;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

/** Why a request is not let through; `undefined` when nothing speaks against it. */
export function siteBreach(
  request: SiteRequest,
  rules: SiteRules,
): 'cross-site' | 'content-type' | undefined {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  if (site !== null && site !== 'same-origin' && site !== 'none') return 'cross-site';
  if (origin !== null && !isOwn(origin, request, rules)) return 'cross-site';
  const isProven = site === 'same-origin' || origin !== null;
  const type = mediaType(request.headers.get('content-type'));
  // Without a preflight, which Keeper never grants, no page can send JSON to another origin.
  if (rules.isAmbient && !isProven && type !== json) return 'cross-site';
  if (!request.hasBody || type === json) return undefined;
  return rules.takesForms === true && type === form && isProven ? undefined : 'content-type';
}

/**
 * True for the origin of Keeper's own pages: the one that people know, or the one that was called.
 * What a proxy says in `X-Forwarded-Host` anyone can say.
 */
function isOwn(text: string, { url, headers }: SiteRequest, { publicUrl }: SiteRules): boolean {
  const origin = URL.parse(text);
  if (origin === null || origin.origin !== text) return false;
  if (publicUrl !== undefined && text === URL.parse(publicUrl)?.origin) return true;
  const called = [URL.parse(url)?.host, headers.get('host')?.toLowerCase()];
  const isSafe = origin.protocol === 'https:' || isLoopback(origin.hostname);
  return isSafe && called.includes(origin.host);
}

/** The embedded mode is on this machine, without https. */
function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

function mediaType(text: string | null): string {
  return (text ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
