import { describe, expect, it } from 'vitest';
import { tokenSource } from '../../../src/clients/identity.ts';
import { canary, expectSilent } from './canary.ts';
import { manualClock } from './scripted.ts';

const hourMs = 3_600_000;

function source(getToken: (call: number) => { token: string; expiresOnTimestamp: number } | null) {
  const clock = manualClock();
  let calls = 0;
  const credential = {
    getToken: async () => {
      calls += 1;
      return getToken(calls);
    },
  };
  return { tokens: tokenSource({ credential, clock }), clock, calls: () => calls };
}

describe('tokenSource()', () => {
  it('holds a token until five minutes before its end', async () => {
    const startAt = manualClock().now();
    const { tokens, clock, calls } = source((call) => ({
      token: `t${call}`,
      expiresOnTimestamp: startAt + hourMs,
    }));
    await tokens.getToken('scope');
    await clock.sleep(hourMs - 300_001);
    await tokens.getToken('scope');
    expect(calls()).toBe(1);
    await clock.sleep(1);
    const renewed = await tokens.getToken('scope');
    expect(calls()).toBe(2);
    expect(renewed.ok && renewed.value.reveal()).toBe('t2');
  });

  it('asks once for all who ask at the same time, and again for another scope', async () => {
    const { tokens, calls } = source(() => ({
      token: 't',
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }));
    await Promise.all([tokens.getToken('a'), tokens.getToken('a'), tokens.getToken('b')]);
    expect(calls()).toBe(2);
  });

  it('says nothing of the token', async () => {
    const { tokens } = source(() => ({
      token: canary,
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }));
    expectSilent(await tokens.getToken('scope'));
  });

  it('makes a fault of a refusal, and asks again', async () => {
    const { tokens, calls } = source(() => {
      throw Object.assign(new Error(canary), { name: 'CredentialUnavailableError' });
    });
    expect(await tokens.getToken('scope')).toEqual({
      ok: false,
      fault: { kind: 'denied', vendor: 'entra', code: 'CredentialUnavailableError' },
    });
    await tokens.getToken('scope');
    expect(calls()).toBe(2);
  });
});
