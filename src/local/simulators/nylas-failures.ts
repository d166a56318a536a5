/** Role: what the outage account is told of a connector or a grant whose credential is dead. */
import { says } from './nylas-modes.ts';
import { pairKey } from './nylas-pairs.ts';
import {
  type CredentialPair,
  type CredentialRecord,
  type Failing,
  type Grant,
  type NylasApplication,
  activeRecord,
} from './nylas-state.ts';
import type { Failure, FailureWhy, Subject } from './outage.ts';

/** Is this record written in the desired file, so that Keeper is to update it? */
export type IsDeclared = (applicationId: string, recordId: string) => boolean;

const byPeople: ReadonlySet<FailureWhy> = new Set([
  'removed-by-hand',
  'removed-by-order',
  'app-gone',
  'connector-gone',
]);

/** The name of a connector in the account. */
export function connectorSubject({ id }: NylasApplication): Subject {
  return { kind: 'connector', applicationId: id, id: 'microsoft' };
}

/** The name of a grant in the account. */
export function grantSubject(application: NylasApplication, grant: Grant): Subject {
  return { kind: 'grant', applicationId: application.id, id: grant.id };
}

/** The record that a grant is tied to, unless it was deleted. */
function recordOfGrant(
  { connector }: NylasApplication,
  grant: Grant,
): CredentialRecord | undefined {
  return connector?.records.get(grant.credentialId);
}

/** What a grant refreshes with, by the application's mode. */
export function heldPair(application: NylasApplication, grant: Grant): CredentialPair | undefined {
  const record = recordOfGrant(application, grant);
  if (record === undefined || pairKey(record.data) === pairKey(grant.bound)) return record?.data;
  return says(application.mode, 'grantsFollow') ? record.data : grant.bound;
}

/** A connector's dead credential. */
export function connectorFailure(application: NylasApplication, failing: Failing): Failure {
  const { connector } = application;
  const record = connector && activeRecord(connector);
  return {
    subject: connectorSubject(application),
    clientId: application.lastClientId,
    why: failing.why,
    place: 'serving',
    isKeepersWrite: connector?.isSpoiled === true || record?.isSpoiled === true,
    disturbedAt: latest(disturbance(failing), record?.handWrittenAt, connector?.handChosenAt),
    isManaged: connector?.keeperWroteAt !== undefined,
  };
}

/** A grant's dead credential. */
export function grantFailure(
  application: NylasApplication,
  grant: Grant,
  { failing, isDeclared }: { readonly failing: Failing; readonly isDeclared: IsDeclared },
): Failure {
  const { connector, mode } = application;
  const record = recordOfGrant(application, grant);
  const held = heldPair(application, grant);
  const isServing =
    connector !== undefined &&
    held !== undefined &&
    (pairKey(held) === pairKey(activeRecord(connector).data) ||
      (isDeclared(application.id, grant.credentialId) && says(mode, 'grantsFollow')));
  return {
    subject: grantSubject(application, grant),
    clientId: held?.clientId || application.lastClientId,
    why: failing.why,
    place: isServing ? 'serving' : 'left-behind',
    isKeepersWrite: record?.isSpoiled === true && says(mode, 'grantsFollow'),
    disturbedAt: latest(
      disturbance(failing),
      says(mode, 'grantsFollow') ? record?.handWrittenAt : undefined,
    ),
    isManaged: connector?.keeperWroteAt !== undefined,
  };
}

function disturbance({ since, why }: Failing): number | undefined {
  return byPeople.has(why) ? since : undefined;
}

function latest(...instants: (number | undefined)[]): number | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
