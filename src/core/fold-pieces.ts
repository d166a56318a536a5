/** The pieces of memory that several kinds of entries write. */
import type { ConnectorMemory, CredentialMemory, Memory, OpenIntent } from './memory.ts';

/** Takes an intent off the open ones. */
export function takeOpen(memory: Memory, id: string): OpenIntent | undefined {
  const intent = memory.open.find((one) => one.id === id);
  if (intent) memory.open = memory.open.filter((one) => one !== intent);
  return intent;
}

/** What is remembered of a connector, begun where nothing is. */
export function connector(memory: Memory, id: string): ConnectorMemory {
  return (memory.connectors[id] ??= { doubtful: [], records: {} });
}

/** A credential that an add of ours has made. */
export function addCredential(
  memory: Memory,
  made: { readonly id: string; readonly at: number },
  keyId: string,
  hint: string,
  endAt: number,
): void {
  memory.credentials[keyId] = {
    keyId,
    hint,
    endAt,
    addedAt: made.at,
    origin: 'issued',
    intent: made.id,
    held: [],
    refusals: 0,
    pushed: false,
  } satisfies CredentialMemory;
}

/** A version that holds the text of a credential. */
export function hold(
  memory: Memory,
  keyId: string,
  secret: 'current' | 'pending',
  version: string | undefined,
): void {
  const credential = memory.credentials[keyId];
  if (!credential || version === undefined) return;
  delete credential.storeDoubtAt;
  if (!credential.held.some((one) => one.version === version && one.secret === secret)) {
    credential.held.push({ secret, version });
  }
}

/** A version of `<name>` that holds a credential is the current one. */
export function promote(
  memory: Memory,
  keyId: string,
  version: string | undefined,
  at: number,
): void {
  if (version === undefined) return;
  hold(memory, keyId, 'current', version);
  const credential = memory.credentials[keyId];
  if (credential) credential.promotedAt ??= at;
  memory.promoted = { keyId, version, at };
  memory.secretKnown = true;
  delete memory.promoteDoubt;
}
