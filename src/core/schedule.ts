/** When a credential is due, what lifetime to ask for, and how long to back off. Pure; jitter is a hash. */
import { fraction } from './fingerprint.ts';
import { dayMs, fullLookMs, maxBackoffMs } from './limits.ts';

/** Milliseconds before the end at which a credential is renewed: the setting, or a third of its life. */
export function renewBeforeMs(renewBeforeDays: number, lifetimeMs: number): number {
  return Math.min(renewBeforeDays * dayMs, lifetimeMs / 3);
}

/**
 * When a credential is due. Spread by a hash over up to a twentieth of the margin, always earlier
 * than the plain instant, so that a fleet made in one day does not renew in one hour.
 */
export function dueAt(
  credential: { readonly keyId: string; readonly startAt: number; readonly endAt: number },
  renewBeforeDays: number,
): number {
  const marginMs = renewBeforeMs(renewBeforeDays, credential.endAt - credential.startAt);
  const jitterMs = Math.floor((fraction(credential.keyId) * marginMs) / 20);
  return credential.endAt - marginMs - jitterMs;
}

/** The lifetime to ask for, in days: the wish, or what a policy is known to allow. */
export function lifetimeDays(wishedDays: number, capDays: number | undefined): number {
  return capDays === undefined ? wishedDays : Math.min(wishedDays, capDays);
}

/**
 * A new credential is worth issuing only if it ends later than the serving one by more than a third
 * of its own lifetime, or the setting, whichever is smaller. Returns when that is so at the earliest.
 */
export function worthwhileAt(
  servingEndAt: number,
  lifetimeMs: number,
  renewBeforeDays: number,
): number {
  return servingEndAt + renewBeforeMs(renewBeforeDays, lifetimeMs) - lifetimeMs;
}

/** The next stored back-off, in milliseconds: quadrupled by each failure, spread by a hash. */
export function backoffMs(firstMs: number, attempts: number, subject: string): number {
  const plainMs = Math.min(maxBackoffMs, firstMs * 4 ** Math.min(attempts, 12));
  return Math.floor(plainMs * (1 + fraction(`${subject}/${attempts}`) / 4));
}

/** The daily full look, at an instant of the day that depends on the registration alone. */
export function nextFullLookAt(now: number, registration: string): number {
  const offsetMs = Math.floor(fraction(registration) * fullLookMs);
  const today = Math.floor((now - offsetMs) / fullLookMs);
  return (today + 1) * fullLookMs + offsetMs;
}
