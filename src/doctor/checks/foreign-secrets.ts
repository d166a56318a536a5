/** Client secrets that Keeper has neither made nor taken over. */
import { admitsPersonal } from '../../core/desired.ts';
import { personalSlots } from '../../core/limits.ts';
import { valueOf, type SeenCredential } from '../../core/observed.ts';
import {
  fine,
  instant,
  notSeen,
  risky,
  type Check,
  type Examination,
  type Outcome,
} from '../check.ts';
import { eachRegistration, type RegistrationSubject, unseenRegistration } from '../subjects.ts';

export const foreignSecrets: Check = {
  id: 'foreign-secrets',
  group: 'entra',
  title: 'Each client secret is known to Keeper',
  runbook: 'slots-full',
  leansOn: ['registration'],
  look: (examination) => eachRegistration(examination, (subject) => look(examination, subject)),
};

function look(
  { evidence: { at } }: Examination,
  { desired, evidence }: RegistrationSubject,
): readonly Outcome[] {
  const registration = valueOf(evidence.registration);
  if (registration === undefined) return unseenRegistration({ desired, evidence });
  const { id } = desired;
  if (evidence.chain.kind === 'unknown') {
    const needs = 'Storage Blob Data Reader on the container audit';
    return [notSeen('The audit log', evidence.chain.fault, { needs, subject: id })];
  }
  const known = valueOf(evidence.chain)?.memory.credentials ?? {};
  const listed = [
    ...registration.credentials,
    ...(valueOf(evidence.servicePrincipal)?.credentials ?? []),
  ].filter((one) => one.endAt > at);
  const foreign = listed.filter(({ keyId }) => !Object.hasOwn(known, keyId));
  if (foreign.length === 0) return [fine(`${listed.length} live`, id)];
  const isFull =
    admitsPersonal(desired.audience) && registration.credentials.length >= personalSlots;
  const renewsAt = valueOf(evidence.status)?.credential?.renewsAt ?? at;
  return foreign.map((one) =>
    risky(
      `${one.keyId} (hint ${one.hint === '' ? 'none' : one.hint}, ends ${instant(one.endAt)}) is not of Keeper's making${isFull ? inTheWay(one, renewsAt) : ''}`,
      [
        'Find out who uses it. When nobody does:',
        removal(registration.appId, one),
        `Or move it into Keeper's care: put its text into the vault secret ${desired.secret.name}.`,
      ],
      id,
    ),
  );
}

/** What has ended makes room; what has not stands in the way of a renewal. */
function inTheWay({ place, endAt }: SeenCredential, renewsAt: number): string {
  if (place !== 'application') return '';
  return endAt > renewsAt
    ? '; both places are taken, so the next renewal cannot begin'
    : '; it takes the second place, and ends before that is needed';
}

function removal(appId: string, { keyId, place }: SeenCredential): string {
  const kind = place === 'application' ? 'app' : 'sp';
  return `az ad ${kind} credential delete --id ${appId} --key-id ${keyId}`;
}
