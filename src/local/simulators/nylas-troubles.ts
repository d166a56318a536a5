/**
 * Role: which connectors and grants hold a dead credential now, and up to when the outage account
 * has been told of it. Only these cost anything while time goes by.
 */
import type { OutageAccount, Subject } from './outage.ts';

/** The subjects in trouble. Instants are epoch milliseconds. */
export interface Troubles {
  /** From `at` on, `tell` reports each further piece of time, once. */
  begin(subject: Subject, at: number, tell: (from: number, to: number) => void): void;
  /** Reports everything up to `at`. */
  flush(at: number): void;
  /** Reports up to `at`, then no more. */
  end(subject: Subject, at: number): void;
}

/** An empty list over an account. */
export function troubles(account: OutageAccount): Troubles {
  const open = new Map<string, (to: number) => void>();

  function begin(subject: Subject, at: number, tell: (from: number, to: number) => void): void {
    const key = keyOf(subject);
    open.get(key)?.(at);
    let from = at;
    open.set(key, (to) => {
      if (to <= from) return;
      tell(from, to);
      from = to;
    });
  }

  function flush(at: number): void {
    for (const report of open.values()) report(at);
  }

  function end(subject: Subject, at: number): void {
    const key = keyOf(subject);
    open.get(key)?.(at);
    open.delete(key);
    account.ended(subject);
  }

  return { begin, flush, end };
}

function keyOf({ kind, applicationId, id }: Subject): string {
  return `${kind}/${applicationId}/${id}`;
}
