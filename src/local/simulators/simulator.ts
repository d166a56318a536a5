/**
 * The seam every simulated vendor shares: what it is made with, and what it offers.
 * Simulators read no clock and no global randomness; both are given.
 */
import type { Random } from './random.ts';

/** What every simulator is made with. Times are epoch milliseconds of the simulated clock. */
export interface Surroundings {
  now(): number;
  random: Random;
}

/** Thrown by a simulator's front to say: cut the connection instead of answering. */
export class ConnectionCut extends Error {}

/**
 * A simulated vendor: a state machine with HTTP routes in front.
 * No sockets: fetch() is called in process or by a server.
 */
export interface Simulator {
  readonly vendor: 'graph' | 'entra' | 'vault' | 'nylas';
  fetch(request: Request): Promise<Response>;
  /** vendor-shaped refusal, used by the fault layer */
  refusal(status: number, retryAfterSeconds?: number): Response;
}
