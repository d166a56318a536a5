/** Notes what each vendor's clock says while others ask for other things: no request of its own. */
import type { Clock } from '../reconcile/world.ts';
import type { SeenClock } from '../doctor/ports.ts';
import type { Transport } from './transport.ts';

/** A transport that listens, and what it heard. */
export interface ClockWitness {
  readonly transport: Transport;
  /** The last word of each host. */
  seen(): readonly SeenClock[];
}

/** Listens to a transport. */
export function clockWitness(
  transport: Transport,
  clock: Pick<Clock, 'now' | 'monotonic'>,
): ClockWitness {
  const heard = new Map<string, number>();
  return {
    async transport(request) {
      const askedMs = clock.monotonic();
      const reply = await transport(request);
      const vendorAt = Date.parse(reply.headers['date'] ?? '');
      if (Number.isFinite(vendorAt)) {
        // The date was written somewhere between asking and now, and counts whole seconds.
        const halfMs = (clock.monotonic() - askedMs) / 2;
        heard.set(new URL(request.url).host, Math.round(clock.now() - halfMs - vendorAt - 500));
      }
      return reply;
    },
    seen: () => [...heard].map(([host, aheadMs]) => ({ host, aheadMs })),
  };
}
