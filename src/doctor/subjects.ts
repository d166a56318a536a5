/** The things that checks go through: registrations and connectors, each with what was seen of it. */
import type { DesiredConnector, DesiredRegistration } from '../core/desired.ts';
import { valueOf } from '../core/observed.ts';
import { blocked, type Examination, type Outcome } from './check.ts';
import type { ConnectorEvidence, RegistrationEvidence, VaultEvidence } from './evidence.ts';

/** One registration of the file. */
export interface RegistrationSubject {
  readonly desired: DesiredRegistration;
  readonly evidence: RegistrationEvidence;
}

/** What a check says of each registration. */
export function eachRegistration(
  { desired, evidence }: Examination,
  look: (subject: RegistrationSubject) => readonly Outcome[],
): readonly Outcome[] {
  return desired.registrations.flatMap((one) => {
    const seen = evidence.registrations.get(one.id);
    return seen ? look({ desired: one, evidence: seen }) : [];
  });
}

/** One connector of the file. */
export interface ConnectorSubject {
  readonly connector: DesiredConnector;
  readonly registration: DesiredRegistration;
  readonly evidence: ConnectorEvidence;
  /** The client id of its registration, where that is known. */
  readonly clientId: string | undefined;
  /** The client id that Keeper last wrote to it, by the log. */
  readonly pushed: string | undefined;
}

/** What a check says of each connector. */
export function eachConnector(
  examination: Examination,
  look: (subject: ConnectorSubject) => readonly Outcome[],
): readonly Outcome[] {
  return eachRegistration(examination, ({ desired: registration, evidence: seen }) => {
    const clientId = valueOf(seen.registration)?.appId;
    const memory = valueOf(seen.chain)?.memory.connectors ?? {};
    return registration.connectors.flatMap((connector) => {
      const evidence = examination.evidence.connectors.get(connector.id);
      const pushed = memory[connector.id]?.clean?.appId;
      return evidence ? look({ connector, registration, evidence, clientId, pushed }) : [];
    });
  });
}

/** What to say of a registration that was not seen: nothing, when it is yet to be made. */
export function unseenRegistration({ desired, evidence }: RegistrationSubject): readonly Outcome[] {
  const { registration, deleted, chain } = evidence;
  const isToBeMade =
    registration.kind === 'absent' &&
    deleted.kind === 'absent' &&
    desired.appId === undefined &&
    chain.kind !== 'unknown' &&
    valueOf(chain)?.memory.registration === undefined;
  return isToBeMade ? [] : [blocked('registration', desired.id)];
}

/** What to say of a connector whose application was not seen: who tells why. */
export function unseenApplication({ connector, evidence }: ConnectorSubject): readonly Outcome[] {
  const { key, elsewhere } = evidence;
  if (key.kind !== 'known' || !key.value.current.enabled) return [blocked('api-key', connector.id)];
  return [blocked(elsewhere.kind === 'known' ? 'nylas-region' : 'nylas-key', connector.id)];
}

/** What was seen of a vault. */
export function vaultNamed({ evidence }: Examination, name: string): VaultEvidence | undefined {
  return evidence.vaults.find((one) => one.name === name.toLowerCase());
}

/** True when the vault itself does not answer: then that is said once, and not of each secret in it. */
export function isSilent(examination: Examination, name: string): boolean {
  return vaultNamed(examination, name)?.answers.kind === 'unknown';
}
