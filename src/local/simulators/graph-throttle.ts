/**
 * Role: how much one may ask. Facts: docs/vendors.md#graph-throttling. Requests refused count too.
 * Whether the limit on applications with personal accounts holds per caller or per tenant is not
 * known; here it holds for the tenant, the stricter reading.
 */

/** Tenant size by users: S below 50, M to 500, L above. */
type TenantSize = 'S' | 'M' | 'L';

/** What one request costs. */
export interface Cost {
  callerId: string;
  units: number;
  isWrite: boolean;
  /** A write on an application that admits personal accounts. */
  isPersonalWrite: boolean;
  /** `$select` names keyCredentials. */
  readsKeys: boolean;
}

/** Whether a request may pass, and how full the fullest limit is (1 is full). */
export type Allowance =
  | { kind: 'allowed'; fill: number }
  | { kind: 'throttled'; fill: number; retryAfterSeconds: number; information: string };

/** Limits of one tenant. */
export interface Throttle {
  spend(cost: Cost, at: number): Allowance;
}

/** Settings of the throttle. */
export interface ThrottleLimits {
  tenantSize: TenantSize;
  /** POST, PATCH, DELETE on applications that admit personal accounts. */
  personalWritesPerMinute: number;
}

const UNITS_PER_10_SECONDS: Readonly<Record<TenantSize, number>> = { S: 3_500, M: 5_000, L: 8_000 };
const WRITES_PER_150_SECONDS = 3_000;
const KEY_READS_PER_MINUTE = 150;
/** The vendor's percentage header goes up to 1.8. */
const MOST_FILL = 1.8;

/** Fresh limits, all empty. */
export function throttle({ tenantSize, personalWritesPerMinute }: ThrottleLimits): Throttle {
  const personal = bucket(personalWritesPerMinute, 60_000);
  const keyReads = bucket(KEY_READS_PER_MINUTE, 60_000);
  const byCaller = new Map<string, { units: Bucket; writes: Bucket }>();

  function bucketsOf(callerId: string): { units: Bucket; writes: Bucket } {
    const known = byCaller.get(callerId);
    if (known !== undefined) return known;
    const made = {
      units: bucket(UNITS_PER_10_SECONDS[tenantSize], 10_000),
      writes: bucket(WRITES_PER_150_SECONDS, 150_000),
    };
    byCaller.set(callerId, made);
    return made;
  }

  function spend(cost: Cost, at: number): Allowance {
    const { units, writes } = bucketsOf(cost.callerId);
    const pours = [
      { ...units.pour(cost.units, at), information: 'ResourceUnitLimitExceeded' },
      ...(cost.isWrite ? [{ ...writes.pour(1, at), information: 'WriteLimitExceeded' }] : []),
      ...(cost.isPersonalWrite
        ? [{ ...personal.pour(1, at), information: 'WriteLimitExceeded' }]
        : []),
      ...(cost.readsKeys
        ? [{ ...keyReads.pour(1, at), information: 'ResourceUnitLimitExceeded' }]
        : []),
    ];
    const fill = Math.max(...pours.map((pour) => pour.fill));
    const worst = pours.toSorted((one, other) => other.waitMs - one.waitMs)[0]!;
    if (worst.waitMs === 0) return { kind: 'allowed', fill };
    // Tenths of a second: the vendor's header has been seen with fractions.
    const retryAfterSeconds = Math.ceil(worst.waitMs / 100) / 10;
    return { kind: 'throttled', fill, retryAfterSeconds, information: worst.information };
  }

  return { spend };
}

interface Bucket {
  /** Adds a cost; a wait of 0 ms means that it fitted. */
  pour(cost: number, at: number): { fill: number; waitMs: number };
}

/** A bucket that drains evenly: full after `capacity`, empty again after `windowMs`. */
function bucket(capacity: number, windowMs: number): Bucket {
  let level = 0;
  let pouredAt = 0;

  function pour(cost: number, at: number): { fill: number; waitMs: number } {
    level = Math.max(0, level - ((at - pouredAt) * capacity) / windowMs);
    pouredAt = at;
    const over = level + cost - capacity;
    level = Math.min(level + cost, capacity * MOST_FILL);
    const waitMs = over > 0 ? ((level + cost - capacity) * windowMs) / capacity : 0;
    return { fill: level / capacity, waitMs };
  }

  return { pour };
}
