import { clouds } from '../../../src/config/cloud.ts';
import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/core/fault.ts';
import { wantedState, type LastGood } from '../../../src/reconcile/wanted-state.ts';

const good = `registrations:
  mail:
    displayName: Contoso Mail
    audience: organizations
    redirectUris: [hosted-us]
    permissions: [Mail.Read]
    secret: { vault: contoso-kv, name: nylas-mail }
    connectors:
      - { region: us, applicationId: 3f2c7e0a-6a55-4f2e-9a51-0a4ce0d3ce11, apiKeySecret: nylas-key }
`;
const faulty = good.replace('Mail.Read', 'Mail.Raed');

function kept(text?: string): LastGood & { text: () => string | undefined } {
  let held = text;
  return {
    text: () => held,
    read: async () => success(held),
    async write(next) {
      held = next;
      return success({});
    },
  };
}

function silentLog() {
  const lines: string[] = [];
  const tell = (message: string, fields: object = {}): void =>
    void lines.push(JSON.stringify({ message, ...fields }));
  return { lines, log: { info: tell, warn: tell, error: tell } };
}

describe('wantedState()', () => {
  it('wishes for what a good file says, and keeps that file', async () => {
    const lastGood = kept();
    const state = await wantedState(good, lastGood, silentLog());
    expect(state.desired.registrations.map((one) => one.id)).toEqual(['mail']);
    expect(state.errors).toEqual([]);
    expect(lastGood.text()).toBe(good);
  });

  it('runs on the last good file when the deployed one is faulty, and says so', async () => {
    const lastGood = kept(good);
    const { lines, log } = silentLog();
    const state = await wantedState(faulty, lastGood, { log });
    expect(state.desired.registrations.map((one) => one.id)).toEqual(['mail']);
    expect(state.errors).toHaveLength(1);
    expect(lastGood.text()).toBe(good);
    expect(lines.join()).toContain('running on the last good one');
  });

  it('has nothing to run on when no good file is known', async () => {
    await expect(wantedState(faulty, kept(), silentLog())).rejects.toThrow('no good one is known');
  });

  it('does not take an unreadable last good file for an empty one', async () => {
    const silent: LastGood = {
      read: async () => failure({ kind: 'unavailable', vendor: 'storage' }),
      write: async () => success({}),
    };
    await expect(wantedState(faulty, silent, silentLog())).rejects.toThrow('faulty');
  });

  it('works although the good file cannot be kept', async () => {
    const { lines, log } = silentLog();
    const stubborn: LastGood = {
      read: async () => success(undefined),
      write: async () => failure({ kind: 'timeout', vendor: 'storage' }),
    };
    const state = await wantedState(good, stubborn, { log });
    expect(state.errors).toEqual([]);
    expect(lines.join()).toContain('was not kept');
  });

  it('takes no file that the cloud cannot fulfil, neither the deployed one nor the last good one', async () => {
    const [, government] = clouds;
    const personal = good.replace(/audience: \S+/u, 'audience: organizations-and-personal');
    await expect(
      wantedState(personal, kept(personal), { log: silentLog().log, cloud: government }),
    ).rejects.toThrow('admits personal accounts, and Azure Government has none');
  });
});
