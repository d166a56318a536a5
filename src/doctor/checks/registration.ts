/** Each registration is there, or may still be made. */
import { fine, notSeen, wrong, type Check, type Outcome } from '../check.ts';
import { eachRegistration, type RegistrationSubject } from '../subjects.ts';

export const registration: Check = {
  id: 'registration',
  group: 'entra',
  title: 'Each app registration is there',
  runbook: 'registration-lost',
  look: (examination) => eachRegistration(examination, look),
};

function look({ desired, evidence }: RegistrationSubject): readonly Outcome[] {
  const { registration: seen, deleted, chain } = evidence;
  const subject = desired.id;
  if (seen.kind === 'unknown') {
    const needs = 'the Entra role Directory Readers';
    return [notSeen('Microsoft Graph', seen.fault, { needs, subject })];
  }
  if (seen.kind === 'known') return [fine(`client id ${seen.value.appId}`, subject)];
  if (deleted.kind === 'known') {
    const mend = [
      'Restore it in the portal: Microsoft Entra ID, App registrations, Deleted applications.',
    ];
    return [wrong(`${deleted.value.appId} lies in the directory's bin`, mend, subject)];
  }
  if (desired.appId !== undefined) {
    const mend = [
      `az ad app list --display-name "${desired.displayName}" --query "[].appId"`,
      'Correct appId in keeper.yaml, or leave it out to have one made.',
    ];
    return [wrong(`appId ${desired.appId} names none in this directory`, mend, subject)];
  }
  const wasKnown = chain.kind === 'known' && chain.value.memory.registration !== undefined;
  if (!wasKnown) return [fine('not made yet; Keeper makes it at its next look', subject)];
  return [
    wrong(
      'it was there and is gone, also from the bin; a new one makes all users sign in again',
      [
        `az ad app list --display-name "${desired.displayName}" --query "[].appId"`,
        'Name what is found as appId under a new id in keeper.yaml.',
      ],
      subject,
    ),
  ];
}
