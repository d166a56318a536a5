/** `OwnedBy` reaches only what Keeper owns. */
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { eachRegistration, unseenRegistration } from '../subjects.ts';
import { principalOf } from '../names.ts';

export const owner: Check = {
  id: 'owner',
  group: 'entra',
  title: 'Keeper is an owner of each registration',
  runbook: 'graph-denied',
  leansOn: ['keeper-identity', 'registration'],
  look(examination) {
    const identity = valueOf(examination.evidence.identity);
    if (identity === undefined) return [blocked('keeper-identity')];
    return eachRegistration(examination, ({ desired, evidence }) => {
      const { registration, owners } = evidence;
      const subject = desired.id;
      if (registration.kind !== 'known') return unseenRegistration({ desired, evidence });
      if (owners.kind === 'unknown') {
        const needs = 'the Entra role Directory Readers';
        return [notSeen('Microsoft Graph', owners.fault, { needs, subject })];
      }
      const ids = (valueOf(owners) ?? []).map((one) => one.toLowerCase());
      if (ids.includes(identity.objectId.toLowerCase())) return [fine('owned', subject)];
      const { appId } = registration.value;
      const command = `KEEPER_WORKER_PRINCIPAL_ID=${principalOf(examination)} infra/adopt.sh ${appId}`;
      return [
        wrong(
          'Keeper is none of its owners, so it may not change it',
          [`${command}    # by an owner of it, or an administrator`],
          subject,
        ),
      ];
    });
  },
};
