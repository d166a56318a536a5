/** The pages in the states that matter, for looking at. */
import { dayMs, hourMs } from '../../src/core/limits.ts';
import { confirmPage } from '../../src/web/page/confirm.ts';
import { messagePage } from '../../src/web/page/message.ts';
import { orderPage } from '../../src/web/page/order.ts';
import { overviewPage } from '../../src/web/page/overview.ts';
import { registrationPage } from '../../src/web/page/registration.ts';
import {
  confirmSample,
  foreignKey,
  foreignSample,
  glanceSample,
  needingSample,
  now,
  oldKey,
  overviewSample,
  planSample,
  registrationSample,
  servingKey,
  settledSample,
  waitingSample,
} from '../unit/web/page-samples.ts';

const fresh = { status: 'not-looked-yet', sinceAt: null, renewalAt: null } as const;
const wide = 'w'.repeat(300);
const hostile = `"><script>document.title='x'</script><img src=x onerror=alert(1)>\u202e${wide}`;

/** A registration whose every text is meant to do harm. */
const hostileGlance = glanceSample(
  { id: hostile, displayName: `${hostile} too` },
  {
    state: 'needs-person',
    reason: 'request-refused',
    standing: [{ reason: 'request-refused', subject: hostile }],
    appId: hostile,
    connectors: [
      { id: hostile, clientId: wide, keyId: hostile, switchedAt: now - dayMs, grants: null },
    ],
    credentials: [
      { keyId: hostile, expiresAt: now + 9 * dayMs, role: 'serving', place: 'application' },
      { keyId: wide, expiresAt: now + 9_000 * dayMs, role: 'foreign', place: 'service-principal' },
    ],
  },
);

/** By name. */
export const gallery: Readonly<Record<string, string>> = {
  'all-well': overviewPage(overviewSample()),
  mixed: overviewPage(
    overviewSample({
      registrations: [
        glanceSample(),
        settledSample('crm'),
        needingSample(),
        waitingSample(),
        settledSample('rooms'),
      ],
      unmanaged: [{ registration: 'old-portal', endsAt: now + 21 * dayMs, isAlarm: true }],
    }),
  ),
  silent: overviewPage(
    overviewSample({
      registrations: [glanceSample({}, { nextLookAt: now - 5 * hourMs }), settledSample('crm')],
    }),
  ),
  'never-ran': overviewPage(
    overviewSample({ registrations: [glanceSample({ id: 'calendar', ...fresh })] }),
  ),
  'file-errors': overviewPage(
    overviewSample({
      mayOperate: false,
      fileErrors: [
        'keeper.yaml:12:7 registrations.calendar.audience: is no audience; write organizations',
      ],
    }),
  ),
  many: overviewPage(
    overviewSample({
      registrations: Array.from({ length: 450 }, (_, index) => settledSample(`mail-${index}`)),
      page: 2,
    }),
  ),
  registration: registrationPage(registrationSample()),
  'registration-in-need': registrationPage(
    registrationSample({
      registration: needingSample(),
      plan: [{ sign: '!', text: 'ask for access to the vault', reason: 'Key Vault refuses.' }],
      notice: 'Your order is taken in. Keeper looks again within minutes.',
    }),
  ),
  'registration-rotating': registrationPage(
    registrationSample({
      lives: new Map([
        [oldKey, { issuedAt: now - 150 * dayMs, promotedAt: now - 149 * dayMs }],
        [servingKey, { issuedAt: now - 2 * hourMs, provedAt: now - 2 * hourMs }],
      ]),
      registration: glanceSample(
        { renewalAt: now - 2 * hourMs, sinceAt: now - hourMs },
        {
          state: 'waiting',
          reason: 'settling',
          standing: [{ reason: 'settling' }],
          credential: { keyId: oldKey, expiresAt: now + 30 * dayMs },
          credentials: [
            { keyId: oldKey, expiresAt: now + 30 * dayMs, role: 'serving', place: 'application' },
            { keyId: servingKey, expiresAt: now + 180 * dayMs, role: 'next', place: 'application' },
            {
              keyId: 'somebody-elses',
              expiresAt: now + 900 * dayMs,
              role: 'foreign',
              place: 'service-principal',
            },
          ],
        },
      ),
    }),
  ),
  'registration-new': registrationPage(
    registrationSample({
      registration: glanceSample(fresh),
      lives: new Map(),
      plan: null,
      entries: [],
    }),
  ),
  hostile: registrationPage(
    registrationSample({
      registration: hostileGlance,
      plan: [{ sign: '+', text: hostile, reason: hostile }],
      entries: [{ at: now, text: hostile }],
      notice: hostile,
      fileErrors: [hostile],
    }),
  ),
  'hostile-overview': overviewPage(overviewSample({ registrations: [hostileGlance] })),
  rotate: confirmPage(confirmSample()),
  freeze: confirmPage(confirmSample({ order: { kind: 'freeze' } })),
  'registration-foreign': registrationPage(
    registrationSample({ registration: foreignSample('application') }),
  ),
  'retire-foreign': confirmPage(
    confirmSample({
      order: { kind: 'retire', keyId: foreignKey },
      registration: foreignSample('application'),
    }),
  ),
  folded: overviewPage(
    overviewSample({
      registrations: [
        needingSample(),
        waitingSample(),
        ...Array.from({ length: 30 }, (_, index) => settledSample(`mail-${index}`)),
      ],
    }),
  ),
  retire: confirmPage(confirmSample({ order: { kind: 'retire', keyId: oldKey } })),
  leak: confirmPage(
    confirmSample({ order: { kind: 'compromised' }, fault: 'Accept the consequence.' }),
  ),
  plan: orderPage({
    id: 'calendar',
    order: 'an-order',
    now,
    mayOperate: true,
    outcome: { kind: 'plan', plan: planSample(), at: now - hourMs / 30 },
  }),
  'plan-empty': orderPage({
    id: 'calendar',
    order: 'an-order',
    now,
    mayOperate: false,
    outcome: { kind: 'plan', plan: planSample({ steps: [], asks: [], unseen: [] }), at: now },
  }),
  'order-waits': orderPage({
    id: 'calendar',
    order: 'an-order',
    now,
    mayOperate: true,
    outcome: { kind: 'waits' },
  }),
  message: messagePage({
    title: 'Not allowed',
    text: 'You are signed in, but have no role at Keeper.',
    remedy: 'Ask whoever runs Keeper for the role Keeper.Read.',
  }),
};
