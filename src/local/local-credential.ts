/** Role: tokens for an embedded world from another place than its host: of its managed-identity endpoint. */
import type { TokenCredential } from '@azure/identity';
import { request } from 'undici';
import { z } from 'zod';

const shape = z.object({ access_token: z.string().min(1), expires_on: z.coerce.number() });

/**
 * The identity of an embedded world. The library's own holds tokens for all worlds of a process
 * together, and takes the endpoint from the environment, of which a process has one.
 */
export function localCredential(settings: Readonly<Record<string, string>>): TokenCredential {
  const { IDENTITY_ENDPOINT: endpoint = '', IDENTITY_HEADER: header = '' } = settings;
  return {
    async getToken(scopes) {
      const [scope = ''] = [scopes].flat();
      const query = new URLSearchParams({
        'api-version': '2019-08-01',
        resource: scope.replace(/\/\.default$/, ''),
      });
      const reply = await request(`${endpoint}?${query.toString()}`, {
        headers: { 'x-identity-header': header },
      });
      const told = shape.parse(await reply.body.json());
      return { token: told.access_token, expiresOnTimestamp: told.expires_on * 1_000 };
    },
  };
}
