/** What Keeper will do next with a registration, as far as its last status tells. */
import { meaningOf } from '../core/reason.ts';
import type { RegistrationStatus } from '../core/status.ts';
import type { PlannedStep } from './page/model.ts';

/** Steps in the order in which they come. What a person must do stands first. */
export function forecastOf(status: RegistrationStatus, now: number): readonly PlannedStep[] {
  const steps: PlannedStep[] = [];
  const standing = status.standing.length > 0 ? status.standing : [{ reason: status.reason }];
  for (const { reason } of standing) {
    const { state, means, remedy } = { remedy: undefined, ...meaningOf(reason) };
    if (state === 'needs-person' && remedy !== undefined) {
      steps.push({ sign: '!', text: remedy, reason: means });
    }
    if (state === 'waiting') {
      steps.push({
        sign: '~',
        text: 'Go on with the step that waits',
        reason: means,
        earliestAt: status.nextLookAt,
      });
    }
  }
  for (const { keyId, role, expiresAt } of status.credentials) {
    if (role === 'next') {
      steps.push({
        sign: '~',
        text: `Switch the connectors to credential ${keyId}`,
        reason: 'Once it is proven and settled.',
      });
    }
    if (role === 'old') {
      steps.push({
        sign: '-',
        text: `Remove credential ${keyId}`,
        reason: 'It serves nobody any more once it has ended.',
        earliestAt: expiresAt,
      });
    }
  }
  const renewsAt = status.credential?.renewsAt;
  if (renewsAt !== undefined) {
    const isDue = renewsAt <= now;
    steps.push({
      sign: '+',
      text: 'Issue the next credential',
      reason: isDue
        ? 'Renewal is due.'
        : 'So that it is in use long before the one that serves ends.',
      ...(isDue ? {} : { earliestAt: renewsAt }),
    });
  }
  return steps;
}
