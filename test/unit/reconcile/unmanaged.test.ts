import { describe, expect, it } from 'vitest';
import { scan } from '../../../src/reconcile/scan.ts';
import { status } from '../../../src/web/status.ts';
import { dayMs, tenant } from '../../support/tenant.ts';

const empty = { registrations: [], hash: 'none' };

describe('a registration that is in the file no more', () => {
  it('is written to no more, and its end stays an alarm', async () => {
    const customer = tenant();
    const calendar = customer.wish({ lifetimeDays: 90, renewBeforeDays: 20 });
    await customer.settle(calendar);
    const other = { ...calendar, id: 'other', key: 'other' };
    const shown = async (): Promise<{ ok: boolean; unmanaged: { isAlarm: boolean }[] }> => {
      const { world } = customer;
      const desired = { registrations: [other], hash: 'none' };
      const call = { world, desired, fileErrors: 0, registration: null, order: null };
      return JSON.parse((await status(call)).body);
    };
    expect((await shown()).unmanaged).toMatchObject([{ registration: 'calendar', isAlarm: false }]);
    expect((await shown()).ok).toBe(true);
    customer.leap(40 * dayMs);
    expect(await scan(customer.world, empty)).toBe(0);
    expect(customer.logged.join()).toContain('credential of an unmanaged registration ends');
    const alarmed = await shown();
    expect(alarmed.unmanaged).toMatchObject([{ registration: 'calendar', isAlarm: true }]);
    expect(alarmed.ok).toBe(false);
    const before = customer.entries('calendar').length;
    await scan(customer.world, empty);
    expect(customer.entries('calendar')).toHaveLength(before);
  });
});
