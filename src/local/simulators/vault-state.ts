/**
 * Role: the secrets of one simulated vault as a state machine in its own terms: versions, soft
 * delete, recovery, purge. Reads no HTTP; refuses by throwing {@link VaultRefusal}.
 */
import type { Surroundings } from './simulator.ts';
import { conflict, forbidden, secretNotFound } from './vault-refusal.ts';
import {
  type SecretWrite,
  type VersionProperties,
  checkName,
  checkWrite,
} from './vault-requests.ts';

const dayMs = 86_400_000;

/** One version of a secret. Instants are epoch milliseconds; attributes on the wire are seconds. */
export interface SecretVersion extends VersionProperties {
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly value: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A secret with its versions, oldest first: the last one is current, enabled or not. */
export interface StoredSecret {
  readonly name: string;
  readonly versions: readonly SecretVersion[];
}

/** A soft-deleted secret. Instants are epoch milliseconds. */
export interface DeletedSecret extends StoredSecret {
  readonly deletedAt: number;
  readonly purgeAt: number;
}

/** A version was made, or its properties were changed. */
export interface VersionChange {
  readonly kind: 'new-version' | 'changed';
  /** Epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  readonly version: SecretVersion;
}

/** A secret was deleted, recovered or purged with all its versions. Event Grid tells none of it. */
interface SecretChange {
  readonly kind: 'deleted' | 'recovered' | 'purged';
  readonly at: number;
  readonly name: string;
}

/** What happened to a secret; the source of Event Grid's events. */
export type VaultChange = VersionChange | SecretChange;

/** How a vault is set up. */
export interface VaultSettings {
  /** Soft-delete retention, 7 to 90 days. Default 90. */
  readonly retentionDays?: number;
  /** With it nothing can be purged before its time. Default false, so that loss can be simulated. */
  readonly purgeProtection?: boolean;
  /** Told of each change, after it was made. */
  readonly onChange?: (change: VaultChange) => void;
}

/** The operations of a vault and the truth about it, whoever asks. */
export interface VaultState {
  put(name: string, write: SecretWrite): StoredSecret;
  /** The version asked for, or the current one. Disabled: 403 with inner code SecretDisabled. */
  read(name: string, version?: string): { secret: StoredSecret; version: SecretVersion };
  edit(name: string, version: string, patch: VersionProperties): SecretVersion;
  remove(name: string): DeletedSecret;
  recover(name: string): StoredSecret;
  purge(name: string): void;
  deletedSecret(name: string): DeletedSecret;
  /** Secrets that lists show. */
  secrets(): StoredSecret[];
  /** Versions that lists show; none for a name that is unknown or deleted. */
  versions(name: string): readonly SecretVersion[];
  deletedSecrets(): DeletedSecret[];
  /** The truth: the current version of a live secret, disabled or not. */
  current(name: string): SecretVersion | undefined;
}

interface Entry {
  secret: { readonly name: string; readonly versions: SecretVersion[] };
  deletedAt?: number;
  /** Until then the last deletion or recovery is still under way. */
  settlesAt: number;
}

/** The state of one vault; names are case-insensitive and keep the case they were first put in. */
export function vaultState(surroundings: Surroundings, settings: VaultSettings = {}): VaultState {
  const { random } = surroundings;
  const retentionMs = (settings.retentionDays ?? 90) * dayMs;
  const entries = new Map<string, Entry>();

  function tell(change: VaultChange): void {
    settings.onChange?.(change);
  }

  function entryOf(name: string): Entry | undefined {
    checkName(name);
    const key = name.toLowerCase();
    const entry = entries.get(key);
    if (entry?.deletedAt === undefined) return entry;
    if (surroundings.now() < entry.deletedAt + retentionMs) return entry;
    entries.delete(key);
    return undefined;
  }

  function live(name: string): Entry | undefined {
    const entry = entryOf(name);
    const isLive = entry?.deletedAt === undefined && !isSettling(entry);
    return isLive ? entry : undefined;
  }

  function isSettling(entry: Entry | undefined): boolean {
    return entry !== undefined && surroundings.now() < entry.settlesAt;
  }

  function settlingEnd(): number {
    return surroundings.now() + 1000 + random.int(7000);
  }

  function refuseUnlessFree(name: string, entry: Entry | undefined): void {
    if (entry === undefined) return;
    if (entry.deletedAt === undefined) {
      if (isSettling(entry)) {
        throw conflict('ObjectIsBeingRecovered', `Secret ${name} is currently being recovered.`);
      }
      return;
    }
    if (isSettling(entry)) {
      throw conflict('ObjectIsBeingDeleted', `Secret ${name} is currently being deleted.`);
    }
    throw conflict(
      'ObjectIsDeletedButRecoverable',
      `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused.`,
    );
  }

  function put(name: string, write: SecretWrite): StoredSecret {
    checkWrite(write);
    const known = entryOf(name);
    refuseUnlessFree(name, known);
    const entry = known ?? { secret: { name, versions: [] }, settlesAt: 0 };
    const at = surroundings.now();
    const version: SecretVersion = {
      ...write,
      tags: { ...write.tags },
      enabled: write.enabled ?? true,
      version: random.hex(32),
      createdAt: at,
      updatedAt: at,
    };
    entry.secret.versions.push(version);
    entries.set(name.toLowerCase(), entry);
    tell({ kind: 'new-version', at, name: entry.secret.name, version });
    return entry.secret;
  }

  function read(name: string, asked?: string): { secret: StoredSecret; version: SecretVersion } {
    const secret = live(name)?.secret;
    const version =
      asked === undefined
        ? secret?.versions.at(-1)
        : secret?.versions.find(({ version: id }) => id === asked.toLowerCase());
    if (secret === undefined || version === undefined) throw secretNotFound(name, asked);
    if (!version.enabled) {
      throw forbidden('SecretDisabled', 'Operation get is not allowed on a disabled secret.');
    }
    return { secret, version };
  }

  function edit(name: string, asked: string, patch: VersionProperties): SecretVersion {
    const secret = live(name)?.secret;
    const index =
      secret?.versions.findIndex(({ version }) => version === asked.toLowerCase()) ?? -1;
    const before = secret?.versions[index];
    if (secret === undefined || before === undefined) throw secretNotFound(name, asked);
    const at = surroundings.now();
    const after: SecretVersion = { ...before, ...patch, updatedAt: at };
    secret.versions[index] = after;
    tell({ kind: 'changed', at, name: secret.name, version: after });
    return after;
  }

  function remove(name: string): DeletedSecret {
    const entry = live(name);
    if (entry === undefined) throw secretNotFound(name);
    const at = surroundings.now();
    entry.deletedAt = at;
    entry.settlesAt = settlingEnd();
    tell({ kind: 'deleted', at, name: entry.secret.name });
    return { ...entry.secret, deletedAt: at, purgeAt: at + retentionMs };
  }

  function deletedEntry(name: string): Entry & { deletedAt: number } {
    const entry = entryOf(name);
    if (entry === undefined || entry.deletedAt === undefined) throw secretNotFound(name);
    if (isSettling(entry)) {
      throw conflict('ObjectIsBeingDeleted', `Secret ${name} is currently being deleted.`);
    }
    return entry as Entry & { deletedAt: number };
  }

  function recover(name: string): StoredSecret {
    const entry: Entry = deletedEntry(name);
    delete entry.deletedAt;
    entry.settlesAt = settlingEnd();
    tell({ kind: 'recovered', at: surroundings.now(), name: entry.secret.name });
    return entry.secret;
  }

  function purge(name: string): void {
    const entry = deletedEntry(name);
    if (settings.purgeProtection === true) {
      throw forbidden(
        'PurgeProtected',
        'Operation "purge" is not allowed: purge protection is on.',
      );
    }
    entries.delete(name.toLowerCase());
    tell({ kind: 'purged', at: surroundings.now(), name: entry.secret.name });
  }

  function deletedSecret(name: string): DeletedSecret {
    const entry = entryOf(name);
    if (entry?.deletedAt === undefined || isSettling(entry)) throw secretNotFound(name);
    return { ...entry.secret, deletedAt: entry.deletedAt, purgeAt: entry.deletedAt + retentionMs };
  }

  function deletedSecrets(): DeletedSecret[] {
    return [...entries.values()].flatMap((entry) => {
      const known = entryOf(entry.secret.name);
      const isShown = known?.deletedAt !== undefined && !isSettling(known);
      return isShown ? [deletedSecret(entry.secret.name)] : [];
    });
  }

  return {
    put,
    read,
    edit,
    remove,
    recover,
    purge,
    deletedSecret,
    deletedSecrets,
    secrets: () =>
      [...entries.values()].map(({ secret }) => secret).filter(({ name }) => live(name)),
    versions: (name) => live(name)?.secret.versions ?? [],
    current: (name) => live(name)?.secret.versions.at(-1),
  };
}
