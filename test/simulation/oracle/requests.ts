/** Role: what a request to a vendor is, in the words of the chain; read off the wire alone. */
import type { Member } from '../fleet.ts';

/** A write as it arrived. */
export interface Arrived {
  /** The effect that its intent must announce. */
  readonly kind: string;
  readonly member: Member;
  readonly keyId?: string;
  readonly connector?: string;
  readonly record?: string;
  /** The vault secret and version that it is about. */
  readonly secret?: string;
}

/** What the reader knows of the world to make sense of a request. */
export interface Directory {
  memberOfObject(objectId: string): Member | undefined;
  memberOfClient(appId: string): Member | undefined;
  connectorOfKey(apiKey: string): { readonly member: Member; readonly id: string } | undefined;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string;
  readonly body: string;
}

/** Undefined for what changes nothing. Throws on a write that nobody can make sense of. */
export function arrivedWrite(
  request: SeenRequest,
  members: readonly Member[],
  directory: Directory,
): Arrived | undefined {
  const { method, url } = request;
  if (method === 'GET' || url.pathname.includes('/oauth2/')) return undefined;
  if (url.hostname.startsWith('graph')) return graphWrite(request, members, directory);
  if (url.hostname.endsWith('vault.localhost')) return vaultWrite(request, members);
  if (url.hostname.includes('nylas')) return nylasWrite(request, directory);
  throw new Error(`A write to ${url.hostname}`);
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`A write to an unknown ${what}`);
  return value;
}

function graphWrite(
  { method, url, body }: SeenRequest,
  members: readonly Member[],
  directory: Directory,
): Arrived {
  const path = decodeURIComponent(url.pathname).replace(/^\/v1\.0/, '');
  const named = /^\/applications\(uniqueName='keeper-(.+)'\)$/.exec(path)?.[1];
  if (named !== undefined) {
    const member = known(
      members.find((one) => one.key === named),
      'name',
    );
    return { kind: 'create-registration', member };
  }
  if (path === '/servicePrincipals' && method === 'POST') {
    const { appId } = JSON.parse(body) as { appId: string };
    return {
      kind: 'create-service-principal',
      member: known(directory.memberOfClient(appId), 'app'),
    };
  }
  const found = /^\/applications\/([^/]+)(?:\/(addPassword|removePassword))?$/.exec(path);
  if (!found) throw new Error(`A write to ${path}`);
  const member = known(directory.memberOfObject(found[1] ?? ''), 'object');
  if (found[2] === 'addPassword') return { kind: 'add-credential', member };
  if (found[2] === 'removePassword') {
    const { keyId } = JSON.parse(body) as { keyId: string };
    return { kind: 'remove-credential', member, keyId };
  }
  return { kind: 'update-registration', member };
}

/** The library's first request has no token: the vault answers with a challenge, and does nothing. */
function vaultWrite(
  { method, url, authorization }: SeenRequest,
  members: readonly Member[],
): Arrived | undefined {
  if (authorization === '') return undefined;
  const [, , secret = ''] = url.pathname.split('/');
  const name = secret.toLowerCase();
  const member = known(
    members.find((one) => name === one.secretName || name === `${one.secretName}-pending`),
    'secret',
  );
  if (method === 'PATCH') return { kind: 'disable-version', member, secret: name };
  const kind = name === member.secretName ? 'promote-credential' : 'store-credential';
  return { kind, member, secret: name };
}

function nylasWrite({ method, url, authorization }: SeenRequest, directory: Directory): Arrived {
  if (method === 'DELETE') throw new Error('A deletion at Nylas');
  const key = authorization.replace(/^Bearer /, '');
  const found = known(directory.connectorOfKey(key), 'Nylas application');
  const record = /\/creds\/([^/]+)$/.exec(url.pathname)?.[1];
  return {
    kind: 'push-credential',
    member: found.member,
    connector: found.id,
    ...(record === undefined ? {} : { record: decodeURIComponent(record) }),
  };
}
