/** Role: nothing leaves after its deadline, however long a client took on the way to the wire. */
import { describe, expect, it } from 'vitest';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { sendWindow } from '../../../src/clients/send-window.ts';
import type { Transport } from '../../../src/clients/transport.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';

function bench() {
  let nowMs = 0;
  const sent: string[] = [];
  const window = sendWindow({ monotonic: () => nowMs });
  const wire: Transport = async ({ url }) => {
    sent.push(url);
    return { status: 204, headers: {}, body: '' };
  };
  const transport = window.guard(wire);
  const directory = graphDirectory({
    clock: { now: () => nowMs, monotonic: () => nowMs, sleep: async () => undefined },
    transport,
    baseUrl: 'https://graph.example',
    tokens: {
      async getToken() {
        nowMs += 500; // The identity takes its time.
        return success(new Secret('a token'));
      },
    },
  });
  return { window, directory, sent, pass: (ms: number) => (nowMs += ms) };
}

describe('sendWindow()', () => {
  it('lets a write out before its deadline', async () => {
    const { window, directory, sent } = bench();
    const result = await window.within(501, () => directory.createServicePrincipal('an-app'));
    expect(result).toMatchObject({ ok: true });
    expect(sent).toHaveLength(1);
  });

  it('does not send a write whose deadline passed while a token was fetched', async () => {
    const { window, directory, sent } = bench();
    const result = await window.within(500, () => directory.createServicePrincipal('an-app'));
    expect(result).toEqual({ ok: false, fault: { kind: 'unsent', vendor: 'graph' } });
    expect(sent).toEqual([]);
  });

  it('does not bind what runs outside of it', async () => {
    const { window, directory, sent, pass } = bench();
    await window.within(1_000, async () => undefined);
    pass(5_000);
    expect((await directory.createServicePrincipal('an-app')).ok).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
