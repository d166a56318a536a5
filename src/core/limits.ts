/** A bound on everything (law 12), in one place. Times in milliseconds unless the name says else. */

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** An intent not sent by then is not sent at all; checked on a monotonic clock before each send. */
export const intentDeadlineMs = 60 * secondMs;

/** The longest that a request of ours can stay unanswered; Nylas may finish one 120 s later. */
export const requestTimeoutMs = 2 * minuteMs;

/** How long Entra may take to show a write on every replica (Terraform's provider allows the same). */
export const replicationMs = 15 * minuteMs;

/** Two writes on one registration keep this distance, or Graph answers with conflicts. */
export const graphSpacingMs = 10 * secondMs;

/** A doubtful push is repeated, and counted against, only after this. */
export const pushDoubtMs = 5 * minuteMs;

/** How long a proven credential of a planned rotation rests before the switch. */
export const settleMs = 24 * hourMs;

/** Clocks of vendors and workers may differ by this much. */
export const clockSkewMs = 5 * minuteMs;

/** Before the serving credential's end, time wins over caution (law 10). */
export const lastResortMs = 72 * hourMs;

/** A freeze ends this long before the serving credential does. */
export const freezeEndsBeforeMs = 14 * dayMs;

/** Each registration is looked at in full at least this often. */
export const fullLookMs = dayMs;

/** Reads that must agree before something is held to be absent, and the pause between them. */
export const absentReads = 5;
export const absentReadPauseMs = 5 * secondMs;

/** Token requests in a row that prove a secret, and the pause between them. */
export const proofAttempts = 5;
export const proofPauseMs = 2 * secondMs;

/** How long a vendor that does not answer is left alone, at first and at the most. */
export const firstPatienceMs = 5 * minuteMs;
export const maxPatienceMs = hourMs;

/** A stored credential that is refused this long and this often was never any good. */
export const abandonAfterMs = 6 * hourMs;
export const abandonRefusals = 5;

/** Credentials abandoned one after another before a person is asked. */
export const maxAbandonments = 5;

/** After that many, one more is tried each time this has passed; an order is quicker. */
export const abandonedRestMs = 7 * dayMs;

/** Stored back-off: first wait and longest. Each failure multiplies the wait by four. */
export const firstBackoffMs = minuteMs;
export const firstPersonBackoffMs = hourMs;
export const maxBackoffMs = dayMs;

/** The longest own wait after a refusal for haste: nothing was done, and the vendor said when to come again. */
export const maxThrottledMs = hourMs;

/** The longest of Keeper's own waits while a connector is down, or within the last 72 hours. */
export const urgentBackoffMs = 15 * minuteMs;

/** Lifetimes to ask for, longest first, when a policy caps it and cannot be read. */
export const lifetimeLadderDays: readonly number[] = [365, 180, 90, 60, 30, 7];

/** A policy's cap is believed so long; then the wish is tried again. */
export const lifetimeCapMs = 90 * dayMs;

/** Puts of one value in one pass (law 5). */
export const maxPuts = 3;

/** A pass begins no further round after this; the host allows five minutes. */
export const passMs = 3 * minuteMs;

/** Rounds of look, plan, act in one pass. */
export const roundsPerPass = 12;

/** Client secrets that a registration for personal accounts may have; ended ones count. */
export const personalSlots = 2;

/** Refusals, each after a longer wait, before a version put in by hand is overruled. */
export const takeOverRefusals = 3;

/** How often in a day somebody's version is overruled before a person is asked who else writes there. */
export const overrulesADay = 3;

/** Tries of a removed secret whose answer says nothing, before Keeper leaves it at that. */
export const disproofAttempts = 10;

/** How long after a switch a worse health of the grants is put down to it. */
export const confirmMs = 14 * dayMs;

/** Removal is checked by trying the old secret; accepted longer than this is an alarm. */
export const disproofMs = hourMs;

/** Bytes of one audit entry. */
export const entryBytes = 16_384;

/** Ends of orders that the fold keeps for an answer that was lost. */
export const orderEndsKept = 20;

/**
 * Blocks of one chain blob before a new one is begun; the service allows 50,000. It is part of the
 * audit log's format: verifiers know it.
 */
export const chainBlocks = 40_000;
