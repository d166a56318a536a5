/**
 * Which invocation a log line belongs to. The platform does not tell that of lines that go to the
 * console, so each carries it: from trigger to audit entry, one query finds all that belongs together.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChainStore } from '../audit/chain-store.ts';
import type { Log, LogFields } from '../reconcile/world.ts';

/** One invocation of one function. */
export interface Invocation {
  readonly function: string;
  readonly invocation: string;
  /** The trace id of the trigger's `traceparent`: the operation id in Application Insights. */
  readonly trace?: string;
}

const current = new AsyncLocalStorage<Invocation>();

/** Runs a function's work; all lines that it logs carry the invocation. */
export function duringInvocation<T>(invocation: Invocation, work: () => T): T {
  return current.run(invocation, work);
}

/** The trace id of a `traceparent`; nothing when it is none. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/.exec(
    traceparent ?? '',
  )?.[1];
}

/** The same log, with the invocation on each line. */
export function invocationLog(log: Log): Log {
  return {
    info: (message, fields) => log.info(message, told(fields)),
    warn: (message, fields) => log.warn(message, told(fields)),
    error: (message, fields) => log.error(message, told(fields)),
  };
}

function told(fields: LogFields = {}): LogFields {
  return { ...fields, ...current.getStore() };
}

/** The same chains; each entry that is written gets a line, so that log and audit can be joined. */
export function toldChains(chains: ChainStore, log: Log): ChainStore {
  return {
    readTail: (registration, from) => chains.readTail(registration, from),
    list: () => chains.list(),
    async append(registration, at, line) {
      const appended = await chains.append(registration, at, line);
      if (appended.ok && appended.value.kind === 'appended') {
        const { seq, kind, intent, hash } = entryFields(line);
        log.info('entry written', { registration, seq, kind, intent, hash });
      }
      return appended;
    },
  };
}

/** What leads to the entry, and nothing of what it says. */
function entryFields(line: string): LogFields {
  const { seq, kind, id, intent, hash } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  return {
    seq: numberOr(seq),
    kind: textOr(kind),
    // An intent names itself; an outcome or recovery names its intent.
    intent: textOr(id) ?? textOr(intent),
    hash: textOr(hash),
  };
}

function numberOr(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
