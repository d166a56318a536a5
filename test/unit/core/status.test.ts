/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/action.ts';
import { dayMs } from '../../../src/core/limits.ts';
import { agedStatus, statusOf, type RegistrationStatus } from '../../../src/core/status.ts';
import { absent } from '../../../src/core/observed.ts';
import {
  connectorOf,
  foreign,
  leaked,
  now,
  ours,
  rotated,
  switchedTo,
  unlisted,
  unseen,
  valueOf,
  viewOf,
  world,
  type World,
} from './world.ts';

const plan: Plan = {
  actions: [],
  state: 'waiting',
  reason: 'settling',
  standing: [{ reason: 'settling' }],
  nextLookAt: now + 5,
};
const status = (change: (world: World) => void = () => undefined): RegistrationStatus =>
  statusOf(world(change), plan);
const connector = (change: (world: World) => void) => status(change).connectors[0];

describe('statusOf()', () => {
  it('tells a reader how things are', () => {
    expect(status()).toEqual({
      id: 'calendar',
      state: 'waiting',
      reason: 'settling',
      standing: [{ reason: 'settling' }],
      appId: 'app-1',
      credential: { keyId: 'k1', expiresAt: now + 265 * dayMs, renewsAt: 1_797_952_104_176 },
      credentials: [
        { keyId: 'k1', expiresAt: now + 265 * dayMs, role: 'serving', place: 'application' },
      ],
      connectors: ['us/one', 'eu/two'].map((id) => ({
        id,
        clientId: 'app-1',
        keyId: 'k1',
        switchedAt: now - 90 * dayMs,
        grants: { total: 100, invalid: 2 },
      })),
      lookedAt: now,
      nextLookAt: now + 5,
    });
  });

  it('says which credential is which', () => {
    const told = status((made) => {
      rotated(made);
      ours(made, 'k3');
      foreign(made, 'f', { place: 'service-principal' });
      ours(made, 'gone', { addedAt: now - dayMs, listed: false });
    });
    expect(told.credentials.map(({ keyId, role, place }) => [keyId, role, place])).toEqual([
      ['f', 'foreign', 'service-principal'],
      ['k1', 'old', 'application'],
      ['k2', 'serving', 'application'],
      ['k3', 'next', 'application'],
    ]);
  });

  it('says null where nothing is known', () => {
    const told = status((made) => {
      made.observed.registration = absent;
      made.observed.servicePrincipal = absent;
      made.observed.connectors = {};
      made.memory.connectors = {};
      made.memory.credentials = {};
      delete made.memory.promoted;
      delete made.memory.registration;
    });
    const blank = { clientId: null, keyId: null, switchedAt: null, grants: null };
    expect(told).toMatchObject({ appId: null, credential: null, credentials: [] });
    expect(told.connectors).toEqual([
      { id: 'us/one', ...blank },
      { id: 'eu/two', ...blank },
    ]);
  });

  it('has no serving credential where all of them are leaked or gone', () => {
    expect(status((made) => leaked(made, ['k1'])).credential).toBeNull();
    expect(status((made) => unlisted(made, 'k1')).credential).toBeNull();
  });

  it('names the one that connectors were switched to in the last resort', () => {
    const resorted = (made: World): void => {
      ours(made, 'k2', { pushed: true });
      switchedTo(made, 'k2');
    };
    expect(status(resorted).credential?.keyId).toBe('k2');
  });

  it('shows the client id of the connector, else the one that was pushed', () => {
    expect(
      connector((made) => (valueOf(viewOf(made).connector).clientId = 'app-9'))?.clientId,
    ).toBe('app-9');
    const pushed = (made: World): void => {
      connectorOf(made).clean!.appId = 'app-8';
      delete valueOf(viewOf(made).connector).clientId;
    };
    expect(connector(pushed)?.clientId).toBe('app-8');
    expect(connector((made) => (viewOf(made).connector = unseen))?.clientId).toBe('app-1');
  });

  it('names no credential of a connector in doubt', () => {
    const doubt = (made: World): void => {
      connectorOf(made).doubtful.push({ keyId: 'k1', at: 0 });
    };
    expect(connector(doubt)?.keyId).toBeNull();
  });

  it('shows no grants that were not seen', () => {
    expect(connector((made) => (viewOf(made).grants = unseen))?.grants).toBeNull();
  });
});

describe('agedStatus()', () => {
  it('counts from now where there was none before, or another', () => {
    const fresh = status();
    expect(agedStatus(fresh, undefined).sinceAt).toBe(fresh.lookedAt);
    const before = { ...fresh, lookedAt: 1, sinceAt: 1 };
    expect(agedStatus(fresh, { ...before, reason: 'throttled' }).sinceAt).toBe(fresh.lookedAt);
    expect(agedStatus(fresh, { ...before, state: 'healthy' }).sinceAt).toBe(fresh.lookedAt);
  });

  it('goes on where nothing has changed, also after a status without an age', () => {
    const fresh = status();
    expect(agedStatus(fresh, { ...fresh, lookedAt: 7, sinceAt: 5 }).sinceAt).toBe(5);
    expect(agedStatus(fresh, { ...fresh, lookedAt: 7 }).sinceAt).toBe(7);
  });
});

describe('a freeze', () => {
  it('is told as long as it lasts', () => {
    const frozen = (untilAt: number) =>
      status((made) => {
        made.memory.freezeUntilAt = untilAt;
      });
    expect(frozen(now + 1).frozenUntilAt).toBe(now + 1);
    expect('frozenUntilAt' in frozen(now)).toBe(false);
    expect('frozenUntilAt' in status()).toBe(false);
  });
});
