/** A plan as a bound: which actions of the loop are among its steps. */
import type { Action } from '../core/action.ts';
import type { EffectKind } from '../core/entry.ts';
import type { RegistrationPlan, Step } from './step.ts';

/** Tells whether an action is one of the plan's steps, after what was done of it. */
export function boundOf(
  plan: RegistrationPlan,
): (action: Action, did: readonly string[]) => boolean {
  const { steps } = plan;
  const known = new Set(plan.credentials);
  const issues = steps.filter((one) => one.kind === 'add-credential').length;

  function some(kind: EffectKind, fits: (step: Step) => boolean = () => true): boolean {
    return steps.some((one) => one.kind === kind && fits(one));
  }

  /** A credential that was not there when the plan was made can only be one of its new ones. */
  function isSame({ keyId = '' }: Step, real: string): boolean {
    return keyId === real || (keyId.startsWith('new-') && !known.has(real));
  }

  return (action, did) => {
    switch (action.kind) {
      // These ask, and change nothing at a vendor.
      case 'note':
      case 'prove':
      case 'disprove':
        return true;
      case 'create-registration':
      case 'create-service-principal':
        return some(action.kind);
      case 'update-registration':
        return some('update-registration', ({ patch }) => patch === action.fingerprint);
      case 'issue':
        return did.filter((one) => one === 'add-credential').length < issues;
      case 'promote':
        return some('promote-credential', (one) => isSame(one, action.keyId));
      case 'push':
        // Whether Nylas takes a push over to its records is not known before.
        return some(
          'push-credential',
          (one) => one.subject.split('#')[0] === action.connector && isSame(one, action.keyId),
        );
      case 'remove':
        return some('remove-credential', (one) => one.keyId === action.keyId);
      case 'disable-version':
        return some('disable-version', (one) => isSame(one, action.keyId));
    }
  };
}
