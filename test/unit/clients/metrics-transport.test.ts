import { describe, expect, it } from 'vitest';
import { addresseesOf, countedTransport } from '../../../src/clients/metrics-transport.ts';
import { TransportError, type TransportErrorKind } from '../../../src/clients/transport.ts';
import type { RequestFacts } from '../../../src/reconcile/metrics.ts';
import { manualClock, scripted, type Scripted } from './scripted.ts';
import { silentMetrics } from './silent-metrics.ts';

const urls = {
  graphUrl: 'https://graph.microsoft.com',
  loginUrl: 'https://login.microsoftonline.com',
  vaultSuffix: 'vault.azure.net',
  nylasUrls: { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' },
};

function counted(...replies: readonly Scripted[]) {
  const requests: RequestFacts[] = [];
  const clock = manualClock();
  const { transport } = scripted(...replies);
  const metrics = { ...silentMetrics(), requested: (one: RequestFacts) => requests.push(one) };
  const slow = async (request: Parameters<typeof transport>[0]) => {
    await clock.sleep(250);
    return transport(request);
  };
  const addresseeOf = addresseesOf(urls);
  return { requests, send: countedTransport(slow, { metrics, clock, addresseeOf }) };
}

const request = { method: 'GET', url: 'https://graph.microsoft.com/v1.0/x', headers: {} };

describe('a counted transport', () => {
  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [304, 'ok'],
    [302, 'unusable'],
    [404, 'refused'],
    [429, 'throttled'],
    [503, 'failed'],
  ] as const)('answers with the same status %i and counts it as %s', async (status, outcome) => {
    const { requests, send } = counted({ status });
    expect(await send(request)).toMatchObject({ status });
    expect(requests).toEqual([{ addressee: 'graph', outcome, tookMs: 250 }]);
  });

  it.each([
    ['timeout', 'timeout'],
    ['broken', 'broken'],
    ['oversized', 'unusable'],
    ['misdirected', 'unusable'],
  ] as const)('throws the same error for %s and counts it as %s', async (kind, outcome) => {
    const error = new TransportError(kind satisfies TransportErrorKind);
    const { requests, send } = counted(error);
    await expect(send(request)).rejects.toBe(error);
    expect(requests).toEqual([{ addressee: 'graph', outcome, tookMs: 250 }]);
  });

  it.each([
    ['https://graph.microsoft.com/v1.0/applications', 'graph'],
    ['https://GRAPH.microsoft.com/v1.0', 'graph'],
    ['https://login.microsoftonline.com/t/oauth2/v2.0/token', 'entra'],
    ['https://contoso.vault.azure.net/secrets/x', 'vault'],
    ['https://api.us.nylas.com/v3/connectors', 'nylas-us'],
    ['https://api.eu.nylas.com/v3/connectors', 'nylas-eu'],
    ['https://vault.azure.net.example/secrets', 'other'],
    ['https://elsewhere.example/graph.microsoft.com', 'other'],
    ['no address', 'other'],
  ] as const)('tells by the host whom %s is for', (url, addressee) => {
    expect(addresseesOf(urls)(url)).toBe(addressee);
  });
});
