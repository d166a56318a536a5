/** Credentials of the service principal: Keeper removes none of them, and says so to who orders it. */
import { describe, expect, it } from 'vitest';
import { credentialToRemove } from '../../../src/core/checks/removal.ts';
import { hourMs } from '../../../src/core/limits.ts';
import { finds, foreign, leaked, now, ordered, type World } from './world.ts';

/** What is found where the service principal has a credential of somebody else's. */
function found(change: (world: World) => void): unknown {
  return finds(credentialToRemove, (made) => {
    foreign(made, 'f', { place: 'service-principal' });
    change(made);
  }).filter((one) => one.kind !== 'look' || one.at === now + hourMs);
}

const asks = [
  { kind: 'person', reason: 'credential-elsewhere', subject: 'f' },
  { kind: 'look', at: now + hourMs },
];

describe('a credential of the service principal', () => {
  it('is nothing to tell while nobody orders its removal', () => {
    expect(found(() => undefined)).toEqual([]);
    expect(found((made) => ordered(made, { kind: 'retire', keyId: 'k1' }))).not.toContainEqual(
      asks[0],
    );
    expect(found((made) => ordered(made, { kind: 'thaw' }))).toEqual([]);
  });

  it('asks a person when it is to be retired', () => {
    expect(found((made) => ordered(made, { kind: 'retire', keyId: 'f' }))).toEqual(asks);
  });

  it('asks a person when it was leaked', () => {
    expect(found((made) => leaked(made, ['f']))).toEqual(asks);
  });

  it('is not removed, however long ago it was to be gone', () => {
    const late = found((made) => {
      leaked(made, ['f'], now - 9 * hourMs);
      ordered(made, { kind: 'retire', keyId: 'f' });
    });
    expect(late).toEqual(asks);
  });
});
