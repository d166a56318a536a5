/**
 * The world as it is imagined: at first what was observed, then changed by each imagined write, which
 * is taken down as a step of the plan. Nothing in it can reach a vendor.
 */
import type { Cause, EffectKind } from '../core/entry.ts';
import { failure, type Fault } from '../core/fault.ts';
import type { Memory } from '../core/memory.ts';
import { known, type Observed, type Seen } from '../core/observed.ts';
import type { Change, Sign, Step } from './step.ts';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Characters of one text in a plan. */
const longestText = 500;

export interface Note {
  readonly sign: Sign;
  readonly kind: EffectKind;
  readonly subject: string;
  readonly keyId?: string;
  readonly changes?: readonly Change[];
  readonly patch?: string;
  readonly endAt?: number;
}

export interface Mind {
  readonly seen: Writable<Observed>;
  /** What the chain knew when the imagining began. */
  readonly memory: Memory;
  readonly steps: Step[];
  /** The cause in the intent before the write to come. */
  cause: Cause;
  /** With what the write to come will be refused, as it was refused before. */
  refusal: Fault | undefined;
  now(): number;
  /** Takes down a step. */
  note(note: Note): void;
  /** A name for something that does not exist yet. */
  newName(what: string): string;
}

/** A mind that begins with what was observed. */
export function mindOf(parts: {
  readonly observed: Observed;
  readonly memory: Memory;
  readonly now: () => number;
}): Mind {
  const counts = new Map<string, number>();
  const { observed, memory, now } = parts;
  const mind: Mind = {
    seen: { ...observed, connectors: { ...observed.connectors } },
    memory,
    steps: [],
    cause: 'missing',
    refusal: undefined,
    now,
    note({ changes: all = [], ...note }) {
      const changes = all.map(bounded);
      mind.steps.push({
        ...note,
        subject: cut(note.subject),
        changes,
        because: mind.cause,
        earliestAt: now(),
      });
    },
    newName(what) {
      const count = (counts.get(what) ?? 0) + 1;
      counts.set(what, count);
      return `new-${what}-${count}`;
    },
  };
  return mind;
}

/** Foreign text has no bound of its own. */
function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText).toWellFormed()}…`;
}

function bounded({ what, from, to }: Change): Change {
  return {
    what,
    ...(from === undefined ? {} : { from: cut(from) }),
    ...(to === undefined ? {} : { to: cut(to) }),
  };
}

/** The answer to a read of a part that was seen, or could not be. */
export function answerOf<T>(
  seen: Seen<T>,
): { readonly ok: true; readonly value: T | undefined } | ReturnType<typeof failure> {
  if (seen.kind === 'unknown') return failure(seen.fault);
  return { ok: true, value: seen.kind === 'known' ? seen.value : undefined };
}

/** Changes a part that is known. */
export function changed<T>(seen: Seen<T>, change: (value: T) => T): Seen<T> {
  return seen.kind === 'known' ? known(change(seen.value)) : seen;
}

/** What differs between two lists, as one change each way; nothing when they hold the same. */
export function listChanges(
  what: string,
  from: readonly string[],
  to: readonly string[],
): readonly Change[] {
  const added = to.filter((one) => !from.includes(one));
  const gone = from.filter((one) => !to.includes(one));
  return [
    ...gone.map((one): Change => ({ what, from: one })),
    ...added.map((one): Change => ({ what, to: one })),
  ];
}
