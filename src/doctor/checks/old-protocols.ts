/** Permissions of the mail protocols that Nylas v2 spoke break grants of v3. */
import { isLegacyPermission, nameOfPermission } from '../../core/permissions.ts';
import { valueOf } from '../../core/observed.ts';
import { fine, wrong, type Check } from '../check.ts';
import { eachRegistration, unseenRegistration } from '../subjects.ts';

export const oldProtocols: Check = {
  id: 'old-protocols',
  group: 'entra',
  title: 'No permission of EWS, EAS, IMAP, POP or SMTP is left',
  runbook: 'legacy-permissions',
  leansOn: ['registration'],
  look: (examination) =>
    eachRegistration(examination, ({ desired, evidence }) => {
      const { id, owns } = desired;
      const seen = valueOf(evidence.registration);
      if (seen === undefined) return unseenRegistration({ desired, evidence });
      const left = seen.access.filter(isLegacyPermission);
      if (left.length === 0) return [fine('none', id)];
      const names = [...new Set(left.map((one) => nameOfPermission(one) ?? one.id))].join(', ');
      const commands = left.map(
        (one) =>
          `az ad app permission delete --id ${seen.appId} --api ${one.resourceAppId} --api-permissions ${one.id}`,
      );
      const first = owns.permissions
        ? 'Keeper takes it away at its next look, within a day. At once:'
        : `Write owns: [permissions] under ${id} in keeper.yaml, and Keeper takes it away; or by hand:`;
      return [wrong(`it still asks for ${names}`, [first, ...commands], id)];
    }),
};
