/** The tenant's policy lets secrets live as long as the file asks for. */
import { dayMs } from '../../core/limits.ts';
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, risky, type Check } from '../check.ts';
import { eachRegistration, unseenRegistration } from '../subjects.ts';

export const lifetimeAllowed: Check = {
  id: 'lifetime-allowed',
  group: 'entra',
  title: 'The tenant allows secrets to live as long as the file asks',
  runbook: 'policy-refused',
  leansOn: ['secrets-allowed', 'registration'],
  look: (examination) =>
    eachRegistration(examination, ({ desired, evidence }) => {
      if (evidence.registration.kind !== 'known') {
        return unseenRegistration({ desired, evidence });
      }
      const policy = valueOf(evidence.policy);
      if (policy === undefined) return [blocked('secrets-allowed', desired.id)];
      const capDays = Math.floor((policy.maxLifetimeMs ?? Infinity) / dayMs);
      const { id, lifetimeDays } = desired;
      if (capDays > lifetimeDays) return [fine(`${lifetimeDays} days`, id)];
      const usable = Math.max(1, capDays - 1);
      return [
        risky(
          `the policy allows ${capDays} days, the file asks for ${lifetimeDays}; Keeper takes a day less than the policy allows, and renews in the last third of that`,
          [`Write lifetimeDays: ${usable} under secret of ${id} in keeper.yaml.`],
          id,
        ),
      ];
    }),
};
