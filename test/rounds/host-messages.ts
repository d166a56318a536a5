/** What a host process and its owner say to each other. */
import type { HostKeys } from '../../src/local/host-keys.ts';
import type { Taking } from '../../src/local/host-queue.ts';

/** All that a host needs to know. */
export interface HostOrder {
  readonly bundle: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly keys: HostKeys;
  readonly taking: Taking;
  /** Path of the clock's file. */
  readonly clock: string;
  /** The authority that vouches for the simulated vendors, PEM. */
  readonly authority: string;
}

export type ToHost =
  | { readonly kind: 'start'; readonly order: HostOrder }
  /** The time of a pause has passed. */
  | { readonly kind: 'passed'; readonly id: number };

export type FromHost =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'pause'; readonly id: number; readonly ms: number };
