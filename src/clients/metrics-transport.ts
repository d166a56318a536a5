/** Counts what a transport sends: to whom, how it ended, how long it took. */
import type { Addressee, Metrics, RequestOutcome } from '../reconcile/metrics.ts';
import type { Clock } from '../reconcile/world.ts';
import { TransportError, type Transport } from './transport.ts';

export interface CountingOptions {
  readonly metrics: Metrics;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly addresseeOf: (url: string) => Addressee;
}

/** The addresses that settings name. */
export interface VendorUrls {
  readonly graphUrl: string;
  readonly loginUrl: string;
  readonly vaultSuffix: string;
  readonly nylasUrls: Readonly<Record<'us' | 'eu', string>>;
}

/** The same transport, counted. It throws and answers as before. */
export function countedTransport(transport: Transport, options: CountingOptions): Transport {
  const { metrics, clock, addresseeOf } = options;
  return async (request) => {
    const startedMs = clock.monotonic();
    const addressee = addresseeOf(request.url);
    const end = (outcome: RequestOutcome): void =>
      metrics.requested({ addressee, outcome, tookMs: clock.monotonic() - startedMs });
    try {
      const reply = await transport(request);
      end(outcomeOf(reply.status));
      return reply;
    } catch (error) {
      if (error instanceof TransportError) end(outcomeOfError(error));
      throw error;
    }
  };
}

/** Tells the vendor by an address's host. */
export function addresseesOf(urls: VendorUrls): (url: string) => Addressee {
  const known = new Map<string, Addressee>([
    [hostOf(urls.graphUrl), 'graph'],
    [hostOf(urls.loginUrl), 'entra'],
    [hostOf(urls.nylasUrls.us), 'nylas-us'],
    [hostOf(urls.nylasUrls.eu), 'nylas-eu'],
  ]);
  const suffix = `.${hostOf(`https://vault.${urls.vaultSuffix}`).slice('vault.'.length)}`;
  return (url) => {
    const host = hostOf(url);
    return known.get(host) ?? (host.endsWith(suffix) ? 'vault' : 'other');
  };
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}

function outcomeOf(status: number): RequestOutcome {
  if (status === 429) return 'throttled';
  if (status >= 500) return 'failed';
  if (status >= 400) return 'refused';
  return status >= 300 && status !== 304 ? 'unusable' : 'ok';
}

function outcomeOfError({ kind }: TransportError): RequestOutcome {
  switch (kind) {
    case 'timeout':
    case 'broken':
      return kind;
    case 'oversized':
    case 'misdirected':
    case 'late':
      return 'unusable';
  }
}
