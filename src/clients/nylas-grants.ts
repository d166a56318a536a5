/** The health of a connector's grants, counted page by page. */
import { success, type Result } from '../core/fault.ts';
import type { GrantHealth } from '../core/observed.ts';
import { grantPages, grantsPerPage } from './limits.ts';
import type { Account, NylasSender } from './nylas-send.ts';
import * as shapes from './nylas-shapes.ts';
import { readBody } from './read-body.ts';

/**
 * Counts grants of the provider `microsoft`, each once: pages by offset shift when a grant comes or
 * goes in between. The page bound (10,000 grants) cuts the count; the oldest come first.
 */
export async function readHealth(
  sender: NylasSender,
  account: Account,
): Promise<Result<GrantHealth>> {
  const seen = new Set<string>();
  let invalid = 0;
  let oldestAt = Number.POSITIVE_INFINITY;
  for (let page = 0; page < grantPages; page += 1) {
    const query = `provider=microsoft&sort_by=created_at&order_by=asc&limit=${grantsPerPage}&offset=${page * grantsPerPage}`;
    const reply = await sender.read(account, `/grants?${query}`);
    if (!reply.ok) return reply;
    const body = readBody('nylas', reply.value, shapes.grants);
    if (!body.ok) return body;
    for (const grant of body.value.data) {
      if (seen.has(grant.id)) continue;
      seen.add(grant.id);
      if (grant.grant_status === 'invalid') invalid += 1;
      oldestAt = Math.min(oldestAt, grant.updated_at ?? grant.created_at ?? oldestAt);
    }
    if (body.value.data.length < grantsPerPage) break;
  }
  const oldest = Number.isFinite(oldestAt) ? { oldestAuthenticationAt: oldestAt } : {};
  return success({ total: seen.size, invalid, ...oldest });
}
