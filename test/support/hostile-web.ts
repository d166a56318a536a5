/** A file with two registrations and stores in memory: what routes need, for properties. */
import type { Desired } from '../../src/core/desired.ts';
import { parseDesired } from '../../src/config/desired-file.ts';
import type { RegistrationStatus } from '../../src/core/status.ts';
import { validFile } from '../unit/config/valid-file.ts';
import { memoryOrders, memoryQueue, memoryStates } from './memory-stores.ts';

/** A status with all of its parts. */
export const goodStatus: RegistrationStatus = {
  id: 'calendar',
  state: 'needs-person',
  reason: 'slots-full',
  standing: [{ reason: 'slots-full', subject: 'k1' }],
  appId: 'app-1',
  credential: { keyId: 'k1', expiresAt: 1_800_000_000_000 },
  credentials: [
    { keyId: 'k1', expiresAt: 1_800_000_000_000, place: 'application', role: 'serving' },
  ],
  connectors: [
    {
      id: 'us/one',
      clientId: 'app-1',
      keyId: 'k1',
      switchedAt: 1_770_000_000_000,
      grants: { total: 7, invalid: 1 },
    },
  ],
  lookedAt: 1_780_000_000_000,
  nextLookAt: 1_780_000_900_000,
};

/** The file's registrations: `calendar`, and `internal` whose key is `intranet`. */
export function webDesired(): Desired {
  const parsed = parseDesired(validFile, 'hash');
  if (!parsed.ok) throw new Error('the valid file is not valid');
  return parsed.desired;
}

/** Stores, a queue and a clock that stands still. */
export function webWorld() {
  let ids = 0;
  return {
    states: memoryStates(),
    orders: memoryOrders(),
    queue: memoryQueue(),
    clock: { now: () => 1_780_000_000_000, monotonic: () => 0, sleep: async () => undefined },
    newId: () => `id-${(ids += 1)}`,
  };
}
