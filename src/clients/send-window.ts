/**
 * The deadline of a write, kept at the last moment before the wire (law 4). Between the decision to
 * write and the request itself a client may wait for a token or a key, and a machine may be put to
 * sleep for an hour. So the work of a write is run inside a window, and the transport asks the
 * window, with nothing in between that waits, before it lets anything out.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../reconcile/world.ts';
import { TransportError, type Transport } from './transport.ts';

export interface SendWindow {
  /** Runs `work`; what it still wants to send at `untilMs` (monotonic milliseconds) is not sent. */
  readonly within: <T>(untilMs: number, work: () => Promise<T>) => Promise<T>;
  /** The same transport; throws a {@link TransportError} of kind `late` instead of sending. */
  readonly guard: (transport: Transport) => Transport;
}

/** A window by the monotonic clock. What runs outside of any window is let through. */
export function sendWindow(clock: Pick<Clock, 'monotonic'>): SendWindow {
  const until = new AsyncLocalStorage<number>();
  return {
    within: (untilMs, work) => until.run(untilMs, work),
    guard(transport) {
      return (request) => {
        const untilMs = until.getStore();
        if (untilMs !== undefined && clock.monotonic() >= untilMs) {
          return Promise.reject(new TransportError('late'));
        }
        return transport(request);
      };
    },
  };
}
