/**
 * Role: one value kept on several servers, each of which learns of a write after its own lag.
 * Readers that ask a different server each time see a value flap, as Entra's do.
 * Writers use `latest()`. Facts: docs/vendors.md#graph-registrations.
 */
import type { Random } from './random.ts';

/** Bounds of a delay in milliseconds; draws lean towards the lower bound. */
export interface Lag {
  minMs: number;
  maxMs: number;
}

/** Every server knows at once. */
export const NO_LAG: Lag = { minMs: 0, maxMs: 0 };
/** 2 to 20 s: the 4 to 18 s that were observed, rounded outwards. */
export const TYPICAL_LAG: Lag = { minMs: 2_000, maxMs: 20_000 };
/** Up to 15 minutes: the time after which Terraform gives up. */
export const HEAVY_LAG: Lag = { minMs: 2_000, maxMs: 900_000 };

/** A delay within the bounds, in milliseconds. */
export function drawLagMs(lag: Lag, random: Random): number {
  return lag.minMs + Math.round((lag.maxMs - lag.minMs) * random.next() ** 2);
}

/** A value with its past, as far as some server still shows it. */
export interface Replicated<T> {
  /** What was written last, on whatever server. */
  latest(): T | undefined;
  /** What one server shows at a time (epoch milliseconds); undefined before its first version. */
  on(server: number, at: number): T | undefined;
  /** A new version; each server shows it after a lag of its own, and never an older one after it. */
  write(value: T | undefined, at: number, lag: Lag): void;
  /** All servers show the latest version from now on. */
  settle(): void;
}

interface Version<T> {
  value: T | undefined;
  shownAt: readonly number[];
}

/** An empty replicated value. */
export function replicated<T>(servers: number, random: Random): Replicated<T> {
  let versions: Version<T>[] = [];

  function latest(): T | undefined {
    return versions.at(-1)?.value;
  }

  function on(server: number, at: number): T | undefined {
    return versions.findLast((version) => (version.shownAt[server] ?? 0) <= at)?.value;
  }

  function write(value: T | undefined, at: number, lag: Lag): void {
    const shownAt = Array.from({ length: servers }, () => at + drawLagMs(lag, random));
    versions.push({ value, shownAt });
    forget(at);
  }

  /** Drops the versions that no server shows any more. */
  function forget(at: number): void {
    const shownByAll = versions.findLastIndex((version) =>
      version.shownAt.every((shown) => shown <= at),
    );
    if (shownByAll > 0) versions = versions.slice(shownByAll);
  }

  function settle(): void {
    if (versions.length === 0) return;
    versions = [{ value: latest(), shownAt: Array.from({ length: servers }, () => 0) }];
  }

  return { latest, on, write, settle };
}
