/**
 * Role: the sign-in that App Service does in front of an app. Browsers get a session cookie and go
 * back to where they came from; with it, the id token of the demonstration's operator is put into the
 * header that App Service uses. Headers of that kind from outside are dropped, as there.
 */
import { randomBytes } from 'node:crypto';
import type { HostReply, HostRequest } from './host-server.ts';

/** What is in front of the routes. */
export interface SignIn {
  /** The request as the app sees it, or the answer that it never sees. */
  admit(request: HostRequest): HostRequest | HostReply;
}

const cookieName = 'AppServiceAuthSession';
const loginPath = '/.auth/login/aad';

/** A sign-in for whoever sits at this machine: it asks for nothing. */
export function signIn(token: () => string): SignIn {
  const session = randomBytes(24).toString('base64url');
  return {
    admit(request) {
      const { pathname, searchParams } = request.url;
      if (pathname === loginPath)
        return welcome(session, searchParams.get('post_login_redirect_uri'));
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(
          ([name]) => !/^x-ms-(?:token|client-principal)/.test(name),
        ),
      );
      if (isSignedIn(headers['cookie'], session)) {
        return { ...request, headers: { ...headers, 'x-ms-token-aad-id-token': token() } };
      }
      // Programs get the app's own answer; people are taken to the sign-in.
      const isPerson = request.method === 'GET' && /\btext\/html\b/.test(headers['accept'] ?? '');
      if (!isPerson || headers['authorization'] !== undefined) return { ...request, headers };
      const back = encodeURIComponent(`${pathname}${request.url.search}`);
      return redirect(`${loginPath}?post_login_redirect_uri=${back}`);
    },
  };
}

function welcome(session: string, back: string | null): HostReply {
  // Only within this site.
  const to = back !== null && /^\/(?![/\\])/.test(back) ? back : '/';
  return redirect(to, {
    'set-cookie': `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Lax`,
  });
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): HostReply {
  return { status: 302, headers: { location, 'cache-control': 'no-store', ...headers } };
}

function isSignedIn(cookies: string | undefined, session: string): boolean {
  return (cookies ?? '').split(/; */).includes(`${cookieName}=${session}`);
}
