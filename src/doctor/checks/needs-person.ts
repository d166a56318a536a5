/** What Keeper itself has said already: it waits for somebody. */
import { meaningOf } from '../../core/reason.ts';
import { fine, notSeen, wrong, type Check } from '../check.ts';
import { eachRegistration } from '../subjects.ts';

export const needsPerson: Check = {
  id: 'needs-person',
  group: 'keeper',
  title: 'Keeper waits for nobody',
  runbook: 'reasons-that-need-a-person',
  look: (examination) =>
    eachRegistration(examination, ({ desired: { id }, evidence: { status } }) => {
      if (status.kind === 'unknown') {
        const needs = 'Storage Blob Data Reader on the container state';
        return [notSeen('Storage', status.fault, { needs, subject: id })];
      }
      if (status.kind === 'absent') return [fine('not looked at yet', id)];
      const standing = status.value.standing.filter(
        ({ reason }) => meaningOf(reason).state === 'needs-person',
      );
      if (standing.length === 0) return [fine(status.value.reason, id)];
      return standing.map(({ reason, subject }) => {
        const { means, remedy } = meaningOf(reason);
        // A step of Keeper's own says nothing to a person; an id does.
        const isId = subject !== undefined && /[\d/]/.test(subject);
        const about = isId ? ` (${subject})` : '';
        return wrong(`${reason}${about}: ${means}`, remedy === undefined ? [] : [remedy], id);
      });
    }),
};
