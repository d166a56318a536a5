/** A transport with scripted replies, and a clock that only moves when told; for client tests. */
import type { Clock } from '../../../src/reconcile/world.ts';
import {
  TransportError,
  type Transport,
  type TransportReply,
  type TransportRequest,
} from '../../../src/clients/transport.ts';

/** A reply, or what the network does instead. */
export type Scripted = Partial<TransportReply> | TransportError;

export interface ScriptedTransport {
  readonly transport: Transport;
  readonly requests: TransportRequest[];
}

/** Answers with the replies in turn; the last one repeats. */
export function scripted(...replies: readonly Scripted[]): ScriptedTransport {
  const requests: TransportRequest[] = [];
  return {
    requests,
    transport: async (request) => {
      const reply = replies[Math.min(requests.length, replies.length - 1)] ?? {};
      requests.push(request);
      if (reply instanceof TransportError) throw reply;
      return { status: reply.status ?? 200, headers: reply.headers ?? {}, body: reply.body ?? '' };
    },
  };
}

/** A JSON reply. */
export function json(
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): TransportReply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** A clock at a fixed start whose pauses take no real time. */
export function manualClock(
  startAt = Date.UTC(2026, 10, 24),
): Clock & { readonly slept: number[] } {
  let passedMs = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => startAt + passedMs,
    monotonic: () => passedMs,
    sleep: async (ms) => {
      slept.push(ms);
      passedMs += ms;
    },
  };
}
