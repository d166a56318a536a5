/**
 * Reads a Key Vault event as Event Grid delivers it, in either schema (docs/vendors.md#event-grid).
 * Foreign data and only a hint (law 9): keys in any casing, stray blanks, numbers as strings. What
 * is not such an event gives a word for the log, never an exception.
 */

/** What an event says: look at this secret. */
export interface VaultEvent {
  readonly kind: 'near-expiry' | 'expired' | 'new-version';
  readonly vault: string;
  readonly name: string;
}

export type ReadEvent =
  | { readonly ok: true; readonly event: VaultEvent }
  | { readonly ok: false; readonly why: 'not-an-event' | 'other-type' | 'no-secret-named' };

/** A map, not an object: `constructor` is no type. */
const kinds: ReadonlyMap<string, VaultEvent['kind']> = new Map([
  ['microsoft.keyvault.secretnearexpiry', 'near-expiry'],
  ['microsoft.keyvault.secretexpired', 'expired'],
  ['microsoft.keyvault.secretnewversioncreated', 'new-version'],
]);

/** Names as Key Vault allows them. */
const namePattern = /^[0-9a-zA-Z-]{1,127}$/;

/** Reads one event. */
export function readVaultEvent(raw: unknown): ReadEvent {
  if (!isRecord(raw)) return { ok: false, why: 'not-an-event' };
  const event = lowered(raw);
  const type = event['eventtype'] ?? event['type'];
  if (typeof type !== 'string') return { ok: false, why: 'not-an-event' };
  const kind = kinds.get(type.trim().toLowerCase());
  if (!kind) return { ok: false, why: 'other-type' };
  const data = isRecord(event['data']) ? lowered(event['data']) : {};
  const vault = textOf(data['vaultname']);
  const name = textOf(data['objectname']) ?? textOf(event['subject']);
  if (vault === undefined || name === undefined) return { ok: false, why: 'no-secret-named' };
  return { ok: true, event: { kind, vault, name } };
}

/** The same members under trimmed, lower-case names. */
function lowered(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key.trim().toLowerCase(), value]),
  );
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return namePattern.test(text) ? text : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
