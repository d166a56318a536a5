/**
 * Role: when a vault's expiry events are due. Key Vault fires SecretNearExpiry 30 days before the
 * end (within minutes where that is past already) and SecretExpired at the end; both concern the
 * version that is current at that moment, enabled or not. Reported, not documented: disabled
 * versions that are no longer current get them too (azure-docs issue 63553): the quirk.
 */
import type { SecretEvent } from './event-grid-events.ts';
import type { Random } from './random.ts';
import type { SecretVersion, VaultChange, VersionChange } from './vault-state.ts';

/** Not configurable at Azure for secrets. */
const nearExpiryMs = 30 * 86_400_000;

const withinMs = 5 * 60_000;

/** Vendor behaviour that no source settles. */
export interface ExpiryQuirks {
  /** How often a disabled version that is not current gets its expiry events all the same. */
  readonly disabledQuirkChance: number;
  /** How often a changed `exp` moves the events of that version (undocumented). */
  readonly rescheduleChance: number;
}

/** The expiry events of one vault. */
export interface ExpiryTimers {
  /** Follows a change of the vault; fires nothing. */
  observe(change: VaultChange): void;
  /** The earliest timer, epoch milliseconds. */
  nextAt(): number | undefined;
  /** The events of all timers up to `now`, in order of time. */
  takeDue(now: number): SecretEvent[];
}

interface Timer {
  readonly at: number;
  readonly event: SecretEvent;
}

/** The timers; the caller fires those due before it reports a later change. */
export function expiryTimers(random: Random, quirks: ExpiryQuirks): ExpiryTimers {
  const versions = new Map<string, Map<string, SecretVersion>>();
  const current = new Map<string, string>();
  const deleted = new Set<string>();
  let timers: Timer[] = [];

  function observe(change: VaultChange): void {
    const name = change.name.toLowerCase();
    if ('version' in change) observeVersion(name, change);
    else if (change.kind === 'deleted') deleted.add(name);
    else if (change.kind === 'recovered') deleted.delete(name);
    else forget(name);
  }

  function forget(name: string): void {
    versions.delete(name);
    current.delete(name);
    deleted.delete(name);
    timers = timers.filter(({ event }) => event.name.toLowerCase() !== name);
  }

  function observeVersion(name: string, change: VersionChange): void {
    const known = versions.get(name) ?? new Map<string, SecretVersion>();
    versions.set(name, known);
    const { version } = change;
    const before = known.get(version.version);
    if (change.kind === 'new-version') {
      current.set(name, version.version);
      schedule(change.name, version, change.at);
    } else if (before !== undefined && before.expSeconds !== version.expSeconds) {
      reschedule(change.name, version, change.at);
    }
    // Versions from before the subscription are unknown here and stay so: they cause no events.
    if (change.kind === 'new-version' || before !== undefined) known.set(version.version, version);
  }

  function reschedule(name: string, version: SecretVersion, at: number): void {
    if (!random.chance(quirks.rescheduleChance)) return;
    timers = timers.filter(({ event }) => event.version !== version.version);
    schedule(name, version, at);
  }

  function schedule(name: string, version: SecretVersion, at: number): void {
    if (version.expSeconds === undefined) return;
    const expiryAt = version.expSeconds * 1000;
    const facts = {
      name,
      version: version.version,
      expSeconds: version.expSeconds,
      nbfSeconds: version.nbfSeconds,
    };
    // A version that has ended when it is written gets both at once.
    for (const [kind, dueAt] of [
      ['SecretNearExpiry', expiryAt - nearExpiryMs],
      ['SecretExpired', expiryAt],
    ] as const) {
      const firesAt = Math.max(dueAt, at) + random.int(withinMs);
      timers.push({ at: firesAt, event: { kind, at: firesAt, ...facts } });
    }
    timers.sort((one, other) => one.at - other.at);
  }

  function concerns({ name: written, version }: SecretEvent): boolean {
    const name = written.toLowerCase();
    if (deleted.has(name)) return false;
    if (current.get(name) === version) return true;
    const isDisabled = versions.get(name)?.get(version)?.enabled === false;
    return isDisabled && random.chance(quirks.disabledQuirkChance);
  }

  function takeDue(now: number): SecretEvent[] {
    const count = timers.findIndex(({ at }) => at > now);
    const due = timers.splice(0, count === -1 ? timers.length : count);
    return due.map(({ event }) => event).filter(concerns);
  }

  return { observe, takeDue, nextAt: () => timers[0]?.at };
}
