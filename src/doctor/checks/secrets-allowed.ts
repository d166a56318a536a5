/** The tenant's policy lets registrations have client secrets. */
import { fine, notSeen, wrong, type Check } from '../check.ts';
import { eachRegistration, unseenRegistration } from '../subjects.ts';

export const secretsAllowed: Check = {
  id: 'secrets-allowed',
  group: 'entra',
  title: 'The tenant allows new client secrets',
  runbook: 'secrets-forbidden',
  leansOn: ['registration'],
  look: (examination) =>
    eachRegistration(examination, ({ desired, evidence }) => {
      const { policy, registration } = evidence;
      if (registration.kind !== 'known') return unseenRegistration({ desired, evidence });
      const subject = desired.id;
      if (policy.kind === 'unknown') {
        const needs = 'Policy.Read.All, such as the Entra role Security Reader';
        return [notSeen('Microsoft Graph', policy.fault, { needs, subject })];
      }
      if (policy.kind !== 'known' || !policy.value.forbidden) return [fine('allowed', subject)];
      const { objectId } = registration.value;
      return [
        wrong(
          'the application management policy forbids new client secrets; the next renewal will fail',
          [
            'A policy of its own, by an administrator, takes it out:',
            `az rest --method post --url https://graph.microsoft.com/v1.0/policies/appManagementPolicies --body '{"displayName":"Keeper","isEnabled":true,"restrictions":{"passwordCredentials":[{"restrictionType":"passwordAddition","state":"disabled"}]}}' --query id --output tsv`,
            `az rest --method post --url 'https://graph.microsoft.com/v1.0/applications/${objectId}/appManagementPolicies/$ref' --body '{"@odata.id":"https://graph.microsoft.com/v1.0/policies/appManagementPolicies/ID"}'    # with the id that it prints`,
          ],
          subject,
        ),
      ];
    }),
};
