/** Sign-in is switched on for each registration in this directory. */
import { fine, notSeen, wrong, type Check, type Outcome } from '../check.ts';
import { eachRegistration, type RegistrationSubject, unseenRegistration } from '../subjects.ts';

export const servicePrincipal: Check = {
  id: 'service-principal',
  group: 'entra',
  title: 'Each registration may be signed in to',
  runbook: 'service-principal-disabled',
  leansOn: ['registration'],
  look: (examination) => eachRegistration(examination, look),
};

function look({ desired, evidence }: RegistrationSubject): readonly Outcome[] {
  const { registration, servicePrincipal: seen } = evidence;
  if (registration.kind !== 'known') return unseenRegistration({ desired, evidence });
  const subject = desired.id;
  switch (seen.kind) {
    case 'known':
      if (seen.value.enabled) return [fine('enabled', subject)];
      return [
        wrong(
          'its service principal is disabled, so no secret of it works',
          [`az ad sp update --id ${registration.value.appId} --set accountEnabled=true`],
          subject,
        ),
      ];
    case 'absent':
      return [fine('not there yet; Keeper makes it at its next look', subject)];
    case 'unknown':
      return [
        notSeen('Microsoft Graph', seen.fault, {
          needs: 'the Entra role Directory Readers',
          subject,
        }),
      ];
  }
}
