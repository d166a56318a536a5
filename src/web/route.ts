/** What a route is, free of any framework: how it is called, who may, and what it answers. */
import type { AuditFiles } from '../audit/files.ts';
import type { WantedState } from '../reconcile/wanted-state.ts';
import type { World } from '../reconcile/world.ts';
import type { Caller, CallerOptions, RouteNeeds } from './caller.ts';
import type { Reply } from './reply.ts';

/** What routes need of the world. None of it reaches a vendor. */
export interface WebParts {
  readonly world: Pick<World, 'states' | 'orders' | 'queue' | 'clock' | 'newId'>;
  /** The audit log. */
  readonly files: AuditFiles;
  readonly wanted: () => Promise<WantedState>;
  /** Whose tokens count; nothing when no sign-in is set up, and then nobody is let in. */
  readonly callers: CallerOptions | undefined;
}

/** A request as it comes in. */
export interface RouteRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** What stands in the address for the names in braces. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: { get(name: string): string | null };
  /** The body's text; of one past the bound only that it is past it. */
  body(bytes: number): Promise<string>;
}

/** One call of somebody who may. */
export interface RouteCall extends Pick<RouteRequest, 'headers' | 'params' | 'query'> {
  readonly parts: WebParts;
  readonly caller: Caller;
  /** The body, as far as the route reads one. */
  readonly body: string;
}

interface Answering {
  /** How it is called; what may be read may also be asked for by HEAD. */
  readonly method: 'GET' | 'POST';
  /** Relative to the host; names in braces stand for anything. */
  readonly path: string;
}

/** A route for those who may. */
export interface GuardedRoute extends Answering, RouteNeeds {
  /** Bytes of a body that is read; none: the route takes none. */
  readonly bodyBytes?: number;
  readonly answer: (call: RouteCall) => Promise<Reply>;
  /** Another form for a refusal; without it, problem details. */
  readonly refused?: (reply: Reply, request: Pick<RouteRequest, 'url' | 'params'>) => Reply;
}

/** A route for everybody; it tells nothing of what Keeper knows. */
export interface OpenRoute extends Answering {
  readonly role: 'everybody';
  readonly answer: () => Reply;
}

export type Route = GuardedRoute | OpenRoute;
