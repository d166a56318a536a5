/** Role: under a plan as a bound the loop takes its steps and no others. */
import { describe, expect, it } from 'vitest';
import { boundOf } from '../../../src/foresight/bound.ts';
import { foresee } from '../../../src/foresight/foresee.ts';
import type { RegistrationPlan } from '../../../src/foresight/step.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { runPass, type PassReport } from '../../../src/reconcile/pass.ts';
import { dayMs, handMade, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

type Wish = ReturnType<Tenant['wish']>;

async function planOf(customer: Tenant, wish: Wish): Promise<RegistrationPlan> {
  const plan = await foresee(customer.world, wish);
  if (!('steps' in plan)) throw new Error(`No plan: ${plan.why}`);
  return plan;
}

/** Passes under the bound, until one has nothing more to do now. */
async function applied(customer: Tenant, wish: Wish, plan: RegistrationPlan): Promise<PassReport> {
  const admits = boundOf(plan);
  for (let pass = 1; ; pass += 1) {
    const report = await runPass(customer.world, wish, { admits });
    if (report.kind !== 'looked' || report.outside || report.did.length === 0 || pass === 20) {
      return report;
    }
    customer.leap(60_000);
  }
}

function outsideOf(report: PassReport): string | undefined {
  return report.kind === 'looked' ? report.outside?.kind : report.kind;
}

describe('a plan as a bound', () => {
  it('admits the whole of a creation', async () => {
    const customer = tenant({ modes: [plainMode, plainMode] });
    const wish = customer.wish();
    const report = await applied(customer, wish, await planOf(customer, wish));
    expect(outsideOf(report)).toBeUndefined();
    expect(report).toMatchObject({ status: { state: 'healthy' } });
    expect(customer.holds(0)).toBe(customer.passwords()[0]?.keyId);
    expect(customer.holds(1)).toBe(customer.holds(0));
  });

  it('admits the whole of a rotation, also after its day of rest', async () => {
    const customer = tenant();
    const wish = customer.wish();
    await customer.settle(wish);
    customer.leap(680 * dayMs);
    const before = customer.holds();
    const plan = await planOf(customer, wish);
    await applied(customer, wish, plan);
    customer.leap(2 * dayMs);
    const report = await runPass(customer.world, wish, { admits: boundOf(plan) });
    expect(outsideOf(report)).toBeUndefined();
    expect(customer.holds()).not.toBe(before);
  });

  it('does nothing of a plan once something else would be needed first', async () => {
    const customer = tenant();
    const { appId } = handMade(customer);
    const wish = customer.wish({ appId });
    await customer.settle(wish);
    customer.leap(680 * dayMs);
    const plan = await planOf(customer, wish);
    const before = customer.passwords();
    customer.cloud.directory.changeByHand(appId, { displayName: 'Renamed' });
    customer.cloud.directory.settle();
    const report = await applied(customer, wish, plan);
    expect(outsideOf(report)).toBe('update-registration');
    expect(customer.passwords()).toEqual(before);
    expect(customer.application().displayName).toBe('Renamed');
  });

  it('admits no second credential where one was planned', async () => {
    const customer = tenant();
    const wish = customer.wish();
    const plan = await planOf(customer, wish);
    const admits = boundOf(plan);
    const issue = {
      kind: 'issue',
      objectId: 'o',
      appId: 'a',
      endAt: 1,
      because: 'first',
    } as const;
    expect(admits(issue, [])).toBe(true);
    expect(admits(issue, ['create-registration'])).toBe(true);
    expect(admits(issue, ['add-credential'])).toBe(false);
  });

  it('admits no removal that is not in it', async () => {
    const customer = tenant();
    const wish = customer.wish();
    await customer.settle(wish);
    const admits = boundOf(await planOf(customer, wish));
    const keyId = customer.holds();
    const removal = {
      kind: 'remove',
      objectId: 'o',
      keyId,
      why: 'ended',
      because: 'cleanup',
    } as const;
    expect(admits(removal, [])).toBe(false);
  });

  it('admits a credential again that was refused for its lifetime', async () => {
    const customer = tenant();
    const wish = customer.wish();
    await customer.settle(wish);
    customer.leap(680 * dayMs);
    const { directory } = customer.cloud;
    directory.setCallerRoles(keeperIdentity.principalId, [
      'Application.ReadWrite.OwnedBy',
      'Policy.Read.All',
    ]);
    directory.setPolicy({
      applicationRestrictions: {
        keyCredentials: [],
        passwordCredentials: [
          { restrictionType: 'passwordLifetime', state: 'enabled', maxLifetime: 'P180D' },
        ],
      },
    });
    const plan = await planOf(customer, wish);
    expect(plan.steps.filter((one) => one.kind === 'add-credential')).toHaveLength(1);
    const report = await applied(customer, wish, plan);
    expect(outsideOf(report)).toBeUndefined();
    expect(customer.passwords()).toHaveLength(2);
  });

  it('admits that the version of a credential which was taken over is disabled', async () => {
    const customer = tenant();
    const { appId, keyId } = handMade(customer, { endsInDays: 400 });
    const wish = customer.wish({ appId });
    await customer.settle(wish);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(wish);
    await customer.order({ kind: 'retire', keyId });
    const plan = await planOf(customer, wish);
    expect(outsideOf(await applied(customer, wish, plan))).toBeUndefined();
    expect(customer.passwords().map((one) => one.keyId)).not.toContain(keyId);
  });

  it('admits no change of the registration but the very one of the plan', async () => {
    const customer = tenant();
    const wish = customer.wish();
    await customer.settle(wish);
    const { appId, web } = customer.application();
    customer.cloud.directory.changeByHand(appId, { web: { ...web, redirectUris: [] } });
    customer.cloud.directory.settle();
    const plan = await planOf(customer, wish);
    customer.cloud.directory.changeByHand(appId, { displayName: 'Renamed', web });
    customer.cloud.directory.settle();
    expect(outsideOf(await applied(customer, wish, plan))).toBe('update-registration');
    expect(customer.application().displayName).toBe('Renamed');
  });
});
