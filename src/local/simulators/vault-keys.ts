/**
 * Role: the keys of one simulated vault as a state machine in its own terms: people make them, and
 * callers read their public halves and sign with them. Reads no HTTP; refuses by throwing
 * {@link VaultRefusal}.
 */
import type { Surroundings } from './simulator.ts';
import { keyPair, type KeyPair } from './vault-key-pair.ts';
import { forbidden, keyNotFound } from './vault-refusal.ts';
import { checkName } from './vault-requests.ts';

/** One version of a key, without its private half. Instants are epoch milliseconds. */
export interface KeyVersion {
  /** 32 hexadecimal digits. */
  readonly version: string;
  /** Base64url, 32 bytes each. */
  readonly x: string;
  readonly y: string;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A version with the key's name, in the case in which it was first given. */
export interface NamedKeyVersion {
  readonly name: string;
  readonly version: KeyVersion;
}

/** What people do to keys; no caller has a right to any of it. */
export interface KeyHand {
  /** A new key on the curve P-256. @throws Error when there is one of that name. */
  createKeyByHand(name: string): KeyVersion;
  /** A new version, which is the current one from now on. */
  rotateKeyByHand(name: string): KeyVersion;
  /** Lets a version sign, or not; by default the current one. */
  setKeyEnabledByHand(name: string, isEnabled: boolean, version?: string): void;
  /** Out of callers' sight until it is recovered. */
  deleteKeyByHand(name: string): void;
  recoverKeyByHand(name: string): void;
}

/** The operations on keys. */
export interface VaultKeys extends KeyHand {
  /** The version asked for, or the current one; disabled ones too, for only their use is barred. */
  read(name: string, version?: string): NamedKeyVersion;
  /** ES256 over a digest of 32 bytes. Disabled: 403 with inner code KeyDisabled. */
  sign(name: string, version: string, digest: Uint8Array): Buffer;
}

interface HeldVersion {
  shown: KeyVersion;
  readonly pair: KeyPair;
}

interface Entry {
  readonly name: string;
  /** Oldest first. */
  readonly versions: HeldVersion[];
  isDeleted: boolean;
}

/** The keys of one vault; names are case-insensitive. */
export function vaultKeys(surroundings: Surroundings): VaultKeys {
  const { random } = surroundings;
  const entries = new Map<string, Entry>();

  function entryOf(name: string, isDeleted = false): Entry {
    checkName(name);
    const entry = entries.get(name.toLowerCase());
    if (entry === undefined || entry.isDeleted !== isDeleted) throw keyNotFound(name);
    return entry;
  }

  function held(name: string, asked?: string): HeldVersion & { readonly name: string } {
    const entry = entryOf(name);
    const found =
      asked === undefined
        ? entry.versions.at(-1)
        : entry.versions.find(({ shown }) => shown.version === asked.toLowerCase());
    if (found === undefined) throw keyNotFound(name, asked);
    return { ...found, name: entry.name };
  }

  function addVersion({ versions }: Entry): KeyVersion {
    const version = random.hex(32);
    const pair = keyPair(random.hex(64));
    const at = surroundings.now();
    const shown = { version, x: pair.x, y: pair.y, enabled: true, createdAt: at, updatedAt: at };
    versions.push({ shown, pair });
    return shown;
  }

  return {
    createKeyByHand(name) {
      checkName(name);
      const key = name.toLowerCase();
      if (entries.has(key)) throw new Error(`There is a key ${name}`);
      const entry = { name, versions: [], isDeleted: false };
      entries.set(key, entry);
      return addVersion(entry);
    },
    rotateKeyByHand: (name) => addVersion(entryOf(name)),
    setKeyEnabledByHand(name, isEnabled, version) {
      const { shown } = held(name, version);
      const { versions } = entryOf(name);
      const index = versions.findIndex((one) => one.shown === shown);
      versions[index]!.shown = { ...shown, enabled: isEnabled, updatedAt: surroundings.now() };
    },
    deleteKeyByHand: (name) => void (entryOf(name).isDeleted = true),
    recoverKeyByHand: (name) => void (entryOf(name, true).isDeleted = false),
    read(name, asked) {
      const found = held(name, asked);
      return { name: found.name, version: found.shown };
    },
    sign(name, asked, digest) {
      const { shown, pair } = held(name, asked);
      if (!shown.enabled) {
        throw forbidden('KeyDisabled', 'Operation sign is not allowed on a disabled key.');
      }
      return pair.sign(digest);
    },
  };
}
