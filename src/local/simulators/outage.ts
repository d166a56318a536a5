/**
 * Role: the account of outages: for how long credentials did not work, and whose fault it was.
 *
 * A *subject* is a connector or a grant. It is *down* while the credential that it holds does not
 * work: a connector from the moment the credential stops, a grant from its first refresh after that
 * until its first refresh with a working one. Seconds are summed over subjects.
 *
 * The rule. A second of it is charged to Keeper when one of these holds:
 *  (a) Keeper removed the credential, or deleted the record or connector that held it. Always:
 *      whatever the mode, also for a grant that the vendor never moved to the new secret.
 *  (b) Keeper wrote a dead credential in the place of a working one.
 *  (c) A stored, working secret existed, and since then (and since the last disturbance by a
 *      person, if one caused this) the vendors were once reachable for longer than `boundMs`
 *      without a break: there was time to put it there.
 *      What a person wrote into a connector shows at the next full look only: time runs from then,
 *      and a day later where Keeper has never pushed.
 *  (d) None existed, but since Keeper was able to issue one (`issuableSince`, by default the same
 *      as reachable once Keeper has pushed to the connector) there was such a time longer than
 *      `issueBoundMs`: not rotating is no excuse.
 * (c) and (d) ask for something that Keeper can repair. They do not hold for a grant left behind (it
 * holds something other than what its connector holds now: only its user can mend that), nor for an
 * application or connector that a person deleted (Keeper proposes the restore and waits).
 * An ended credential gives no time of grace: its end was known.
 *
 * All else is unavoidable, by the first cause that fits: `ordered`, `removed-by-hand` (also:
 * overwritten or deleted by hand), `not-following` (left behind), `before-keeper`,
 * `vendor-unreachable` (not reachable, or not yet for long enough), `no-working-secret`.
 *
 * (a) opens an incident charged to Keeper at the moment the credential stops, even if nobody is
 * down for a second. What the account cannot see: a switch so late that grants that are left
 * behind had little time to be authenticated anew; it shows as `not-following`.
 */
import { type Stretch, reachability } from './outage-reach.ts';

/** Why a credential does not work. The reason that came first counts and is to be kept. */
export type FailureWhy =
  | 'ended'
  | 'removed-by-keeper'
  | 'removed-by-hand'
  /** By an order of a person that accepted the consequence. */
  | 'removed-by-order'
  | 'unknown'
  /** A person deleted the application. */
  | 'app-gone'
  /** A person deleted the connector or the record. */
  | 'connector-gone';

/** Why a second of outage was not Keeper's fault. */
export type Cause =
  | 'ordered'
  | 'removed-by-hand'
  | 'not-following'
  | 'before-keeper'
  | 'vendor-unreachable'
  | 'no-working-secret';

/** Who is down. `id` is the grant's id, or the provider's name for a connector. */
export interface Subject {
  readonly kind: 'connector' | 'grant';
  readonly applicationId: string;
  readonly id: string;
}

/** What is known of a subject that does not work. Instants are epoch milliseconds. */
export interface Failure {
  readonly subject: Subject;
  readonly clientId: string;
  readonly why: FailureWhy;
  /** Does it hold what its connector holds now, or what only its user can replace? */
  readonly place: 'serving' | 'left-behind';
  /** Keeper wrote it there, dead, in the place of one that worked. */
  readonly isKeepersWrite: boolean;
  /** When a person brought this about. */
  readonly disturbedAt: number | undefined;
  /** Has Keeper ever pushed to the connector? */
  readonly isManaged: boolean;
}

/** A stretch of one subject's outage with one verdict. Instants are epoch milliseconds. */
interface Incident {
  readonly subject: Subject;
  readonly clientId: string;
  readonly verdict: 'keeper' | Cause;
  readonly why: FailureWhy;
  /** When the credential stopped, or the verdict changed. */
  readonly from: number;
  /** Until when it is accounted for. */
  readonly to: number;
  /** Seconds down: fewer than `to - from` while access tokens still lived. */
  readonly seconds: number;
}

/** What the account is told by the world, which alone knows the truth. */
export interface OutageKnowledge {
  /** Since when a stored, working secret has existed for that application, as of `at`. */
  provenSince(clientId: string, at: number): number | undefined;
  /** Since when Keeper has reached all vendors, as of `at`; undefined: it cannot. */
  reachableSince(at: number): number | undefined;
  /** Since when nothing but reachability kept Keeper from issuing a secret. See rule (d). */
  issuableSince?(clientId: string, at: number): number | undefined;
  /** Default two hours. */
  readonly boundMs?: number;
  /** Default 24 hours. */
  readonly issueBoundMs?: number;
  /** How long what a person wrote into a connector may go unseen. Default none. */
  readonly lookMs?: number;
}

/** The account. Instants are epoch milliseconds; the sums are seconds. */
export interface OutageAccount {
  /** Charged to Keeper. */
  readonly outageSeconds: number;
  readonly unavoidableSeconds: Readonly<Record<Cause, number>>;
  readonly incidents: readonly Incident[];
  /** A subject's credential stopped working. */
  began(failure: Failure, at: number): void;
  /** It was down all this time, under these circumstances. */
  down(failure: Failure, from: number, to: number): void;
  /** Its credential works again, but it was down for as long as its next refresh is away. */
  lingered(subject: Subject, from: number, to: number): void;
  /** It works again. */
  ended(subject: Subject): void;
  /** Looks whether the vendors are reachable; call before that changes, at the latest. */
  observe(at: number): void;
}

type Verdict = Incident['verdict'];

const handMade: ReadonlySet<FailureWhy> = new Set([
  'removed-by-hand',
  'app-gone',
  'connector-gone',
]);
const beyondRepair: ReadonlySet<FailureWhy> = new Set(['app-gone', 'connector-gone']);

/** An empty account. */
export function outageAccount(knowledge: OutageKnowledge): OutageAccount {
  const boundMs = knowledge.boundMs ?? 2 * 3_600_000;
  const issueBoundMs = knowledge.issueBoundMs ?? 24 * 3_600_000;
  const reach = reachability((at) => knowledge.reachableSince(at), Math.min(boundMs, issueBoundMs));
  const incidents: Writable<Incident>[] = [];
  const open = new Map<string, Writable<Incident>>();
  const unavoidableMs: Record<Cause, number> = {
    ordered: 0,
    'removed-by-hand': 0,
    'not-following': 0,
    'before-keeper': 0,
    'vendor-unreachable': 0,
    'no-working-secret': 0,
  };
  let outageMs = 0;

  function began(failure: Failure, at: number): void {
    reach.observe(at);
    note(failure, verdictOf(failure, at, factsAt(failure, at)), { from: at, to: at, downMs: 0 });
  }

  function down(failure: Failure, from: number, to: number): void {
    reach.observe(to);
    for (const piece of pieces(failure, from, to)) {
      const chargedFrom = chargeStart(failure, piece.facts);
      const split = Math.min(Math.max(chargedFrom, piece.from), piece.to);
      charge(failure, piece.from, split, piece.facts);
      charge(failure, split, piece.to, piece.facts);
    }
  }

  function charge(failure: Failure, from: number, to: number, facts: Facts): void {
    if (from >= to) return;
    note(failure, verdictOf(failure, from, facts), { from, to, downMs: to - from });
  }

  function lingered(subject: Subject, from: number, to: number): void {
    const last = open.get(keyOf(subject));
    if (last === undefined || from >= to) return;
    add(last, to, to - from);
  }

  function note(
    { subject, clientId, why }: Failure,
    verdict: Verdict,
    { from, to, downMs }: { from: number; to: number; downMs: number },
  ): void {
    const last = open.get(keyOf(subject));
    if (last?.verdict === verdict && last.why === why) return add(last, to, downMs);
    const incident = { subject, clientId, verdict, why, from, to: from, seconds: 0 };
    incidents.push(incident);
    open.set(keyOf(subject), incident);
    add(incident, to, downMs);
  }

  function add(incident: Writable<Incident>, to: number, downMs: number): void {
    incident.to = to;
    // Whole milliseconds are summed, so that the sums are exact.
    incident.seconds = Math.round(incident.seconds * 1000 + downMs) / 1000;
    if (incident.verdict === 'keeper') outageMs += downMs;
    else unavoidableMs[incident.verdict] += downMs;
  }

  /** Rules (a) to (d): from when on this is Keeper's fault; infinity where never. */
  function chargeStart(failure: Failure, facts: Facts): number {
    if (failure.why === 'removed-by-keeper' || failure.isKeepersWrite) return -Infinity;
    if (failure.place === 'left-behind' || beyondRepair.has(failure.why)) return Infinity;
    // Before its first push nobody can tell what a connector holds: a new secret rests its day first.
    const looks = failure.isManaged ? 1 : 2;
    const unseenMs = failure.why === 'unknown' ? looks * (knowledge.lookMs ?? 0) : 0;
    const seenAt = failure.disturbedAt === undefined ? undefined : failure.disturbedAt + unseenMs;
    return Math.min(
      opportunity(reach.stretches(), facts.provenSince, seenAt, boundMs),
      opportunity(reach.stretches(), facts.issuableSince, seenAt, issueBoundMs),
    );
  }

  function verdictOf(failure: Failure, at: number, facts: Facts): Verdict {
    if (at >= chargeStart(failure, facts)) return 'keeper';
    if (failure.why === 'removed-by-order') return 'ordered';
    if (handMade.has(failure.why)) return 'removed-by-hand';
    if (failure.place === 'left-behind') return 'not-following';
    if (failure.disturbedAt !== undefined && failure.isManaged) return 'removed-by-hand';
    if (!failure.isManaged) return 'before-keeper';
    return reach.isReachable(at, boundMs) ? 'no-working-secret' : 'vendor-unreachable';
  }

  function factsAt({ clientId, isManaged }: Failure, at: number): Facts {
    const usual = isManaged ? -Infinity : undefined;
    return {
      provenSince: knowledge.provenSince(clientId, at),
      issuableSince:
        knowledge.issuableSince === undefined ? usual : knowledge.issuableSince(clientId, at),
    };
  }

  /** Cuts an interval where the facts change; assumes that none goes and comes back within it. */
  function pieces(failure: Failure, from: number, to: number): Piece[] {
    if (from >= to) return [];
    const facts = factsAt(failure, from);
    const later = factsAt(failure, to - 1);
    const isSame =
      facts.provenSince === later.provenSince && facts.issuableSince === later.issuableSince;
    if (isSame || to - from <= 1) return [{ from, to, facts }];
    const middle = Math.floor((from + to) / 2);
    return [...pieces(failure, from, middle), ...pieces(failure, middle, to)];
  }

  return {
    get outageSeconds() {
      return outageMs / 1000;
    },
    get unavoidableSeconds() {
      const causes = Object.entries(unavoidableMs) as [Cause, number][];
      return Object.fromEntries(causes.map(([cause, ms]) => [cause, ms / 1000])) as Record<
        Cause,
        number
      >;
    },
    incidents,
    began,
    down,
    lingered,
    ended: (subject) => void open.delete(keyOf(subject)),
    observe: (at) => reach.observe(at),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Facts {
  readonly provenSince: number | undefined;
  readonly issuableSince: number | undefined;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly facts: Facts;
}

/** When the first stretch of reachability after `since` and the disturbance was long enough. */
function opportunity(
  stretches: readonly Stretch[],
  since: number | undefined,
  disturbedAt: number | undefined,
  boundMs: number,
): number {
  if (since === undefined) return Infinity;
  const start = Math.max(since, disturbedAt ?? -Infinity);
  for (const { from, to } of stretches) {
    const enoughAt = Math.max(from, start) + boundMs;
    if (enoughAt <= to) return enoughAt;
  }
  return Infinity;
}

function keyOf({ kind, applicationId, id }: Subject): string {
  return `${kind}/${applicationId}/${id}`;
}
