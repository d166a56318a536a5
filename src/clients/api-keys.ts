/**
 * Nylas API keys, from the vault, held for a short time; and which of them has opened the application
 * that it should. A key can be exchanged between that check and the write that it was made for.
 */
import type { DesiredConnector, SecretRef } from '../core/desired.ts';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import { Secret } from '../core/secret.ts';
import type { Clock, Vault } from '../reconcile/world.ts';
import { apiKeyMs } from './limits.ts';

export interface ApiKeysOptions {
  readonly vault: Pick<Vault, 'readNewest'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Milliseconds that a key is held. */
  readonly holdMs?: number;
}

/** The key, and whether it may be older than the vault's. */
export interface HeldKey {
  readonly key: Secret;
  readonly isHeld: boolean;
}

export interface ApiKeys {
  /**
   * Faults besides those of the vault: `denied` with code `api-key-missing` (no such secret),
   * `api-key-disabled` (its newest version is), `api-key-unfit` (no key can look so).
   */
  read(ref: SecretRef): Promise<Result<HeldKey>>;
  /** The vendor refused it: the next read asks the vault. */
  drop(ref: SecretRef): void;
  /** Whose application a key was last seen to open. */
  readonly opened: OpenedApplications;
}

/** The application of a file, and the key that should open it. */
export type Addressee = Pick<DesiredConnector, 'region' | 'applicationId' | 'apiKey'>;

/** Which key last opened the application that the file names (law 8). */
export interface OpenedApplications {
  /** Takes down what a key opened when it was asked; another application, or nothing, unsays it. */
  note(addressee: Addressee, key: Secret, applicationId: string | undefined): void;
  /** True for the key that opened this application when it was last asked. */
  isRight(addressee: Addressee, key: Secret): boolean;
}

/** Keys by their place in the vaults. */
export function apiKeys({ vault, clock, holdMs = apiKeyMs }: ApiKeysOptions): ApiKeys {
  const held = new Map<string, { readonly key: Secret; readonly until: number }>();

  async function read(ref: SecretRef): Promise<Result<HeldKey>> {
    const known = held.get(placeOf(ref));
    if (known !== undefined && clock.monotonic() < known.until) {
      return success({ key: known.key, isHeld: true });
    }
    const key = await readKey(vault, ref);
    if (!key.ok) return key;
    held.set(placeOf(ref), { key: key.value, until: clock.monotonic() + holdMs });
    return success({ key: key.value, isHeld: false });
  }

  return {
    read,
    drop: (ref) => void held.delete(placeOf(ref)),
    opened: openedApplications(),
  };
}

function openedApplications(): OpenedApplications {
  const keys = new Map<string, Secret>();
  return {
    note(addressee, key, applicationId) {
      if (applicationId === addressee.applicationId) keys.set(nameOf(addressee), key);
      else keys.delete(nameOf(addressee));
    },
    isRight: (addressee, key) => keys.get(nameOf(addressee))?.reveal() === key.reveal(),
  };
}

function nameOf({ region, applicationId, apiKey }: Addressee): string {
  return `${region}/${applicationId}/${placeOf(apiKey)}`;
}

async function readKey(vault: ApiKeysOptions['vault'], ref: SecretRef): Promise<Result<Secret>> {
  const value = await vault.readNewest(ref);
  if (!value.ok) return isDisabled(value.fault) ? denied('api-key-disabled') : value;
  if (value.value === undefined) return denied('api-key-missing');
  // Put in by hand, a key often ends in a line feed, which no header can hold.
  const text = value.value.reveal().trim();
  return /^[\x21-\x7E]{1,1024}$/.test(text) ? success(new Secret(text)) : denied('api-key-unfit');
}

function isDisabled(fault: Fault): boolean {
  return fault.kind === 'denied' && fault.code === 'SecretDisabled';
}

function denied(code: string): Result<never> {
  return failure({ kind: 'denied', vendor: 'nylas', code });
}

function placeOf({ vault, name }: SecretRef): string {
  return `${vault}/${name}`;
}
