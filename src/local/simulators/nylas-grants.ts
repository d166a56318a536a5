/**
 * Role: the grants and connectors of simulated Nylas as time goes by, and the outage account of
 * both. Driven by events: quiet months cost nothing.
 *
 * The directory's truth is asked when told to settle. The caller promises to call
 * {@link GrantWorld.settle} before each relevant change: of the directory, of what is stored and
 * proven, of the vendors' reachability. Between two calls time alone ends secrets.
 */
import { agenda } from './nylas-agenda.ts';
import {
  type IsDeclared,
  connectorFailure,
  connectorSubject,
  grantFailure,
  grantSubject,
  heldPair,
} from './nylas-failures.ts';
import {
  bindGrant,
  grantStatus,
  loseAccess,
  newGrant,
  nextRefreshThatMatters,
  regainAccess,
  retrySignIn,
  stopGrant,
} from './nylas-grant-life.ts';
import { type PairBook, pairKey } from './nylas-pairs.ts';
import {
  type Connector,
  type CredentialRecord,
  type Failing,
  type Grant,
  type NylasApplication,
  activeRecord,
} from './nylas-state.ts';
import { troubles } from './nylas-troubles.ts';
import type { Failure, OutageAccount } from './outage.ts';
import type { Random } from './random.ts';

/** What the grants live in. */
export interface GrantSurroundings {
  readonly applications: ReadonlyMap<string, NylasApplication>;
  readonly pairs: PairBook;
  readonly account: OutageAccount;
  readonly isDeclared: IsDeclared;
  readonly random: Random;
}

/** Who signs in, through which record (default: the active one). */
interface SignIn {
  readonly email: string;
  readonly record?: CredentialRecord;
}

/** Grants and connectors over time. Instants are epoch milliseconds. */
export interface GrantWorld {
  /** Lets everything happen that happens up to `now`, and brings the account up to it. */
  settle(now: number): void;
  /** Has something happen at a later time, in order with all else. */
  later(at: number, task: (at: number) => void): void;
  /** Accounts up to `at`; to be called before records are written. */
  flush(at: number): void;
  /** Looks at an application's connector and grants anew; to be called after a write. */
  review(application: NylasApplication, at: number): void;
  /** A user signs in for the first time or again; undefined when the record's secret is dead. */
  signIn(application: NylasApplication, user: SignIn, at: number): Grant | undefined;
  /** A record was deleted: its grants stop at once. */
  stopGrants(application: NylasApplication, recordId: string, loss: Failing): void;
  /** The connector was deleted. */
  stopConnector(application: NylasApplication, loss: Failing): void;
}

/** The grants of one region. */
export function grantWorld(surroundings: GrantSurroundings): GrantWorld {
  const { applications, pairs, account, random } = surroundings;
  const tasks = agenda<(at: number) => void>();
  const troubled = troubles(account);
  let settledAt = -Infinity;

  function settle(now: number): void {
    if (now < settledAt) return;
    if (settledAt !== -Infinity) reviewHolders(pairs.recheck(settledAt), settledAt);
    for (;;) {
      const endAt = pairs.nextEnd() ?? Infinity;
      const at = Math.min(endAt, tasks.nextAt() ?? Infinity);
      if (at > now) break;
      settledAt = Math.max(settledAt, at);
      if (endAt === at) reviewHolders(pairs.endDue(at), at);
      else tasks.takeFirst()(at);
    }
    settledAt = now;
    troubled.flush(now);
    account.observe(now);
  }

  function reviewHolders(keys: ReadonlySet<string>, at: number): void {
    if (keys.size === 0) return;
    for (const application of applications.values()) {
      const { connector } = application;
      if (connector !== undefined && keys.has(pairKey(activeRecord(connector).data))) {
        reviewConnector(application, connector, at);
      }
      for (const grant of application.grants.values()) {
        const held = heldPair(application, grant);
        if (held !== undefined && keys.has(pairKey(held))) reviewGrant(application, grant, at);
      }
    }
  }

  function review(application: NylasApplication, at: number): void {
    const { connector } = application;
    if (connector !== undefined) reviewConnector(application, connector, at);
    for (const grant of application.grants.values()) reviewGrant(application, grant, at);
    pairs.keepOnly(heldKeys(applications.values()));
  }

  function reviewConnector(application: NylasApplication, connector: Connector, at: number): void {
    const { data } = activeRecord(connector);
    if (data.clientId !== '') application.lastClientId = data.clientId;
    const status = pairs.statusOf(data, at);
    if (!status.ok) return stopConnector(application, { since: at, why: status.why });
    if (application.connectorFailing === undefined) return;
    application.connectorFailing = undefined;
    troubled.end(connectorSubject(application), at);
  }

  function stopConnector(application: NylasApplication, loss: Failing): void {
    if (application.connectorFailing?.why === loss.why) return;
    application.connectorFailing = loss;
    account.began(connectorFailure(application, loss), loss.since);
    troubled.begin(connectorSubject(application), loss.since, (from, to) => {
      const failing = application.connectorFailing ?? loss;
      account.down(connectorFailure(application, failing), from, to);
    });
  }

  function reviewGrant(application: NylasApplication, grant: Grant, at: number): void {
    const held = heldPair(application, grant);
    if (held === undefined) return;
    const status = pairs.statusOf(held, at);
    if (!status.ok) return failGrant(application, grant, { since: at, why: status.why });
    if (grant.failing === undefined) return;
    grant.failing = undefined;
    if (grant.downSince === undefined) troubled.end(grantSubject(application, grant), at);
    plan(application, grant, at);
  }

  function failGrant(application: NylasApplication, grant: Grant, loss: Failing): void {
    if (grant.failing?.why === loss.why) return;
    grant.failing = loss;
    account.began(failureOf(application, grant, loss), loss.since);
    troubled.begin(grantSubject(application, grant), loss.since, (from, to) => {
      if (grant.downSince === undefined) return;
      const since = Math.max(from, grant.downSince);
      if (grant.failing === undefined) {
        account.lingered(grantSubject(application, grant), since, to);
      } else {
        account.down(failureOf(application, grant, grant.failing), since, to);
      }
    });
    plan(application, grant, loss.since);
  }

  function failureOf(application: NylasApplication, grant: Grant, failing: Failing): Failure {
    return grantFailure(application, grant, { failing, isDeclared: surroundings.isDeclared });
  }

  /** Puts the next thing that happens to a grant on the agenda; older entries become void. */
  function plan(application: NylasApplication, grant: Grant, at: number): void {
    grant.plan += 1;
    const { plan: current } = grant;
    const wakeAt = Math.min(nextRefreshThatMatters(grant, at), grant.signInAt ?? Infinity);
    if (wakeAt === Infinity) return;
    tasks.add(Math.max(wakeAt, at), (now) => {
      if (grant.plan === current) wake(application, grant, now);
    });
  }

  function wake(application: NylasApplication, grant: Grant, at: number): void {
    if (grant.signInAt !== undefined && grant.signInAt <= at) comeBack(application, grant, at);
    else if (grant.failing !== undefined) loseAccess(application, grant, at);
    else if (grantStatus(grant, at) === 'valid') {
      troubled.end(grantSubject(application, grant), at);
      regainAccess(application, grant, at);
    }
    plan(application, grant, at);
  }

  /** The user signs in again, if the connector lets anybody in. */
  function comeBack(application: NylasApplication, grant: Grant, at: number): void {
    const record = application.connector && activeRecord(application.connector);
    const works = record !== undefined && pairs.statusOf(record.data, at).ok;
    if (!works) return retrySignIn(grant, at);
    troubled.end(grantSubject(application, grant), at);
    bindGrant(application, grant, { record, at });
  }

  function signIn(application: NylasApplication, user: SignIn, at: number): Grant | undefined {
    const { connector } = application;
    const record = user.record ?? (connector && activeRecord(connector));
    if (record === undefined || !pairs.statusOf(record.data, at).ok) return undefined;
    const { email } = user;
    const known = [...application.grants.values()].find((grant) => grant.email === email);
    const grant = known ?? newGrant(application, { email, record, at }, random);
    application.grants.set(grant.id, grant);
    troubled.end(grantSubject(application, grant), at);
    bindGrant(application, grant, { record, at });
    plan(application, grant, at);
    return grant;
  }

  function stopGrants(application: NylasApplication, recordId: string, loss: Failing): void {
    for (const grant of application.grants.values()) {
      if (grant.credentialId !== recordId) continue;
      failGrant(application, grant, loss);
      stopGrant(grant, loss.since);
      plan(application, grant, loss.since);
    }
  }

  return {
    settle,
    review,
    signIn,
    stopGrants,
    stopConnector,
    flush: (at) => troubled.flush(at),
    later: (at, task) => tasks.add(at, task),
  };
}

/** The pairs that anything holds. */
function heldKeys(applications: Iterable<NylasApplication>): Set<string> {
  const keys = new Set<string>();
  for (const { connector, grants } of applications) {
    for (const { data } of connector?.records.values() ?? []) keys.add(pairKey(data));
    for (const { bound } of grants.values()) keys.add(pairKey(bound));
  }
  return keys;
}
