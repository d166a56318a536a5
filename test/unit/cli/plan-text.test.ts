/** Role: a plan on a terminal: readable without colour, harmless whatever stands in it, never silent. */
import { describe, expect, it } from 'vitest';
import { planText } from '../../../src/cli/plan-text.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import type { FleetPlan } from '../../../src/foresight/step.ts';
import { now, planSample } from '../web/page-samples.ts';

function terminal(hasColour: boolean): Terminal {
  return { out: () => undefined, err: () => undefined, hasColour };
}

function fleet(...registrations: FleetPlan['registrations']): FleetPlan {
  return { v: 1, madeAt: now, file: 'f', registrations, unforeseen: [], hash: 'h' };
}

describe('a plan on a terminal', () => {
  it('shows sign, subject, reason, old and new, and what only a person can do', () => {
    const text = planText(terminal(false), fleet(planSample()), 'here');
    expect(text).toContain('~ registration Contoso Calendar (it is not as the file says)');
    expect(text).toContain('audience: AzureADMyOrg → AzureADandPersonalMicrosoftAccount');
    expect(text).toContain('! slots-full');
    expect(text).toContain('not before 2026-11-26 22:12 UTC');
    expect(text).toContain('Plan for here: 1 to add, 2 to change, 1 to remove.');
  });

  it('is painted only where there is colour', () => {
    const escape = String.fromCodePoint(27);
    expect(planText(terminal(false), fleet(planSample()), 'here')).not.toContain(escape);
    expect(planText(terminal(true), fleet(planSample()), 'here')).toContain(escape);
  });

  it('cannot be made to move a cursor by a name', () => {
    const escape = String.fromCodePoint(27);
    const [step] = planSample().steps;
    if (!step) throw new Error('There is no step');
    const evil = `${escape}[2Jevil`;
    const changes = [{ what: 'display name', from: evil, to: evil }];
    const steps = [{ ...step, subject: evil, changes }];
    const asks = [{ reason: 'slots-full', subject: evil } as const];
    const text = planText(terminal(false), fleet(planSample({ steps, asks })), 'here');
    expect(text).not.toContain(escape);
    expect(text).toContain('evil');
  });

  it('tells what could not be seen even where nothing is planned', () => {
    const unseen = ['graph timeout'];
    const text = planText(
      terminal(false),
      fleet(planSample({ steps: [], asks: [], unseen })),
      'here',
    );
    expect(text).toContain('could not be seen: graph timeout');
    expect(text).not.toContain('nothing to do');
  });
});
