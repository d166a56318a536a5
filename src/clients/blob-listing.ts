/**
 * A listing of blobs with their metadata, read by hand: the library makes an object of some thirty
 * properties of each, which takes longer than all else that a page of a thousand registrations needs.
 */
import {
  ContainerSASPermissions,
  StorageSharedKeyCredential,
  type ContainerClient,
} from '@azure/storage-blob';
import type { TokenCredential } from '@azure/identity';
import { failure, success, type Result } from '../core/fault.ts';
import { faultOfError, faultOfLibraryError, faultOfReply, malformed } from './fault.ts';
import { blobPages, blobsPerPage } from './limits.ts';
import { undiciTransport, type Transport, type TransportReply } from './transport.ts';

/** One blob of a listing. */
export interface ListedBlob {
  readonly name: string;
  /** Changes with each write. */
  readonly etag: string;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The version of the protocol: one that takes tokens. */
const version = '2023-11-03';
const tokenScope = 'https://storage.azure.com/.default';

/** Gives a function that reads all pages of a container, or none. */
export function blobListing(
  container: ContainerClient,
  transport: Transport = undiciTransport(),
): (signal: AbortSignal) => Promise<Result<readonly ListedBlob[]>> {
  return async (signal) => {
    const blobs: ListedBlob[] = [];
    let marker = '';
    for (let page = 0; page < blobPages; page += 1) {
      const address = await addressOf(container, marker, signal);
      if (!address.ok) return address;
      const reply = await asked(transport, address.value, signal);
      if (!reply.ok) return reply;
      const read = readListing(reply.value.body);
      if (read === undefined) return failure(malformed('storage', reply.value));
      blobs.push(...read.blobs);
      ({ marker } = read);
      if (marker === '') return success(blobs);
    }
    return failure({ kind: 'malformed', vendor: 'storage', code: 'too-many-pages' });
  };
}

interface Address {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function asked(
  transport: Transport,
  { url, headers }: Address,
  signal: AbortSignal,
): Promise<Result<TransportReply>> {
  try {
    const reply = await transport({ method: 'GET', url, headers, signal });
    return reply.status === 200
      ? success(reply)
      : failure(faultOfReply('storage', reply.status, reply.headers, reply.body));
  } catch (error) {
    return failure(faultOfError('storage', error));
  }
}

/** With a token; for an account with keys, which the embedded mode has, with a signed address. */
async function addressOf(
  container: ContainerClient,
  marker: string,
  signal: AbortSignal,
): Promise<Result<Address>> {
  const { credential } = container;
  const query = new URLSearchParams({
    restype: 'container',
    comp: 'list',
    include: 'metadata',
    maxresults: String(blobsPerPage),
    ...(marker === '' ? {} : { marker }),
  });
  const headers = { 'x-ms-version': version };
  try {
    if (credential instanceof StorageSharedKeyCredential) {
      const permissions = ContainerSASPermissions.from({ list: true });
      const signed = await container.generateSasUrl({ permissions, expiresOn: farAway });
      return success({ url: `${signed}&${query.toString()}`, headers });
    }
    const token = await (credential as TokenCredential).getToken(tokenScope, {
      abortSignal: signal,
    });
    if (token === null) return failure({ kind: 'denied', vendor: 'entra', code: 'no-token' });
    const authorization = `Bearer ${token.token}`;
    return success({
      url: `${container.url}?${query.toString()}`,
      headers: { ...headers, authorization },
    });
  } catch (error) {
    return failure(faultOfLibraryError('storage', error));
  }
}

/** Signed addresses never leave this process, and simulated time may be ahead of Azurite's. */
const farAway = new Date(Date.UTC(2199, 0, 1));

/** The blobs of one page, and the marker of the next; `undefined` when it is no listing. */
export function readListing(
  xml: string,
): { readonly blobs: readonly ListedBlob[]; readonly marker: string } | undefined {
  if (!xml.includes('<EnumerationResults') || !xml.trimEnd().endsWith('</EnumerationResults>')) {
    return undefined;
  }
  const blobs: ListedBlob[] = [];
  let at = 0;
  for (;;) {
    const start = xml.indexOf('<Blob>', at);
    if (start === -1) break;
    const end = xml.indexOf('</Blob>', start);
    if (end === -1) return undefined;
    const blob = readBlob(xml.slice(start + '<Blob>'.length, end));
    if (blob === undefined) return undefined;
    blobs.push(blob);
    at = end;
  }
  return { blobs, marker: textIn(xml.slice(at), 'NextMarker') ?? '' };
}

/** Text holds no bare `<`, so the first closing tag is the one that is meant. */
function readBlob(xml: string): ListedBlob | undefined {
  const name = textIn(xml, 'Name');
  if (name === undefined) return undefined;
  const metadata: Record<string, string> = Object.create(null) as Record<string, string>;
  const from = xml.indexOf('<Metadata>');
  const until = xml.indexOf('</Metadata>', from);
  if (from !== -1 && until !== -1) {
    const inner = xml.slice(from + '<Metadata>'.length, until);
    // What is empty may come as a tag that closes itself.
    const items = /<([A-Za-z_]\w*)(?:>([^<]*)<\/\1>|\s*\/>)/g;
    for (const [, tag = '', text = ''] of inner.matchAll(items)) {
      metadata[tag.toLowerCase()] = unescaped(text);
    }
  }
  return { name, etag: textIn(xml, 'Etag') ?? '', metadata };
}

function textIn(xml: string, tag: string): string | undefined {
  const open = `<${tag}>`;
  const from = xml.indexOf(open);
  if (from === -1) return undefined;
  const until = xml.indexOf(`</${tag}>`, from);
  return until === -1 ? undefined : unescaped(xml.slice(from + open.length, until));
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function unescaped(text: string): string {
  return text.includes('&')
    ? text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? '')
    : text;
}
