/** What trials of secrets mean for memory. */
import type { Entry } from './entry.ts';
import { hold, promote } from './fold-pieces.ts';
import { disproofMs } from './limits.ts';
import type { CredentialMemory, Memory } from './memory.ts';
import type { Reason } from './reason.ts';

type Proof = Extract<Entry, { kind: 'proof' }>;

/** A trial of a secret: proof, refusal, or no verdict. */
export function foldProof(memory: Memory, entry: Proof): void {
  if (entry.takeOver) takeOver(memory, entry, entry.takeOver);
  const credential = memory.credentials[entry.keyId];
  const step = `prove:${entry.keyId}`;
  if (credential) foldTrial(memory, credential, entry);
  if (entry.retryAt !== undefined) {
    memory.waits[step] = {
      untilAt: entry.retryAt,
      attempts: (memory.waits[step]?.attempts ?? 0) + 1,
      reason: reasonOfTrial(entry, credential),
    };
  } else {
    delete memory.waits[step];
  }
}

function foldTrial(memory: Memory, credential: CredentialMemory, entry: Proof): void {
  switch (entry.result) {
    case 'proved':
      credential.provedAt = entry.at;
      credential.refusals = 0;
      delete credential.refusedAt;
      memory.abandonments = 0;
      return;
    case 'refused':
      credential.refusedAt = entry.at;
      credential.refusals += 1;
      return;
    case 'disproved':
      credential.disprovedAt = entry.at;
      return;
    case 'unclear':
    case 'still-accepted':
      return;
  }
}

function reasonOfTrial(entry: Proof, credential: CredentialMemory | undefined): Reason {
  if (entry.result === 'unclear' && entry.fault) return 'unreachable';
  if (entry.result !== 'still-accepted') return 'not-accepted-yet';
  const removedAt = credential?.removedAt ?? entry.at;
  return entry.at > removedAt + disproofMs ? 'removed-secret-works' : 'backing-off';
}

function takeOver(
  memory: Memory,
  entry: Proof,
  told: { readonly hint: string; readonly endAt: number },
): void {
  if (entry.result !== 'proved') return;
  memory.credentials[entry.keyId] ??= {
    keyId: entry.keyId,
    hint: told.hint,
    endAt: told.endAt,
    addedAt: entry.at,
    origin: 'taken-over',
    held: [],
    refusals: 0,
    pushed: false,
  };
  hold(memory, entry.keyId, entry.held.secret, entry.held.version);
  if (entry.held.secret === 'current') {
    promote(memory, entry.keyId, entry.held.version, entry.at);
  }
}
