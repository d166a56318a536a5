/** Bounds of everything that is said to and heard from a vendor (law 12). */

/** One call in all: connecting, sending, waiting, reading. Milliseconds. */
export const totalMs = 30_000;

/** Until the connection stands, TLS included. Milliseconds. */
export const connectMs = 10_000;

/** From the request's last byte to the reply's headers. Milliseconds. */
export const headersMs = 25_000;

/** Between two pieces of a reply's body. Milliseconds. */
export const bodyMs = 10_000;

/** An idle connection is not used again after this; Azure's front ends keep theirs longer. */
export const keepAliveMs = 4_000;

/** Connections to one origin. */
export const connections = 32;

/** The longest reply body: 999 registrations with all they may carry fit many times. */
export const bodyBytes = 16 * 1_024 * 1_024;

/** The longest error body that is looked into; errors of all vendors are far shorter. */
export const errorCharacters = 262_144;

/** Pauses before the repeats of a read that met a passing failure. Milliseconds. */
export const readPausesMs: readonly number[] = [500, 1_500];

/** A vendor that asks for a longer wait than this is taken to ask for this. Milliseconds. */
export const longestRetryAfterMs = 86_400_000;

/** Registrations a page; what directory objects allow (docs/vendors.md#graph-registrations). */
export const registrationsPerPage = 999;

/** Pages of one listing of Graph: close to 100,000 registrations. */
export const graphPages = 100;

/** Pages of a secret's versions, 25 each: past 500 versions Key Vault cannot even back it up. */
export const versionPages = 40;

/** Versions that are asked for one by one where the list of a secret has more pages than that. */
export const namedVersions = 50;

/** Grants a page, the most that is allowed (docs/vendors.md#nylas-grants). */
export const grantsPerPage = 200;

/** Pages of grants that one look at a connector's health reads. */
export const grantPages = 50;

/** A Nylas API key is read again from the vault after this. Milliseconds. */
export const apiKeyMs = 300_000;

/** A bearer token is renewed this long before it ends. Milliseconds. */
export const tokenMarginMs = 300_000;

/** Blobs a page of a listing; what the service allows. */
export const blobsPerPage = 5_000;

/** Pages of one listing of blobs. */
export const blobPages = 100;

/** Bytes of a chain that one request reads. */
export const chainPieceBytes = 8 * 1_024 * 1_024;

/** Bytes of a chain that one call of `readTail` reads in all. */
export const chainBytes = 512 * 1_024 * 1_024;

/** Bytes of any other blob that Keeper reads whole. */
export const blobBytes = 8 * 1_024 * 1_024;

/** Open orders of one registration that a pass reads, oldest first. */
export const ordersPerRead = 200;

/** Blobs that one listing of orders looks into: what is no order must not hide those that are. */
export const orderReads = 1_000;
