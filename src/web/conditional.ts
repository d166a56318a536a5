/**
 * Entity tags (RFC 9110, sections 8.8.3 and 13): a reader who has an answer asks whether it is still
 * so, and is told in a few bytes. A tag is a hash, so it tells nothing of what it stands for; who
 * asks is verified before it is looked at, so it gives nothing away either.
 *
 * An answer with a tag may be kept by its reader, and by nobody else, and must be asked for again
 * each time (`private, no-cache`). All else is for no store: pages, since a browser must not show
 * them after somebody has signed out, and their words ("4 minutes ago") change by the minute; and
 * refusals, since they are soon wrong.
 */
import { createHash } from 'node:crypto';
import type { Reply } from './reply.ts';

/** What is read of a request. */
export interface ConditionalRequest {
  readonly headers: { get(name: string): string | null };
}

/** The longest list of tags that is read, in characters: some fifty tags. */
const tagsCharacters = 2_048;

/** The reply with its tag, or that what the reader has is still so. */
export function conditional(reply: Reply, { headers }: ConditionalRequest): Reply {
  const { validator, ...rest } = reply;
  if (validator === undefined) return rest;
  const etag = tagOf(rest, validator);
  const kept = {
    'cache-control': 'private, no-cache',
    etag,
    vary: 'Authorization, Cookie',
  };
  if (!isKnown(headers.get('if-none-match'), etag)) {
    return { ...rest, headers: { ...rest.headers, ...kept } };
  }
  const { 'content-type': _type, ...guards } = rest.headers;
  return { status: 304, headers: { ...guards, ...kept }, body: '' };
}

/** Strong where each byte counts; weak where the body also tells when it was made. */
function tagOf(
  { headers, body }: Pick<Reply, 'headers' | 'body'>,
  validator: NonNullable<Reply['validator']>,
): string {
  const hash = createHash('sha256')
    .update(headers['content-type'] ?? '')
    .update('\0');
  const isWhole = validator === 'whole';
  const tag = hash
    .update(isWhole ? body : validator.of)
    .digest('base64url')
    .slice(0, 27);
  return isWhole ? `"${tag}"` : `W/"${tag}"`;
}

/** The weak comparison: for a read, the same in meaning is the same. */
function isKnown(sent: string | null, etag: string): boolean {
  if (sent === null || sent.length > tagsCharacters) return false;
  if (sent.trim() === '*') return true;
  const plain = etag.replace(/^W\//, '');
  return sent.split(',').some((one) => one.trim().replace(/^W\//, '') === plain);
}
