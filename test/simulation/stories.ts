/**
 * Role: the rotations as stories: what is there before, what sets it off, and by when what must be
 * true. Mishaps are for those who tell them.
 */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Order, OrderBody } from '../../src/core/order.ts';
import type { Password } from '../../src/local/simulators/directory-objects.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import { dayMs, hourMs, minuteMs, type Tenant, type Wishes } from '../support/tenant.ts';
import { strayHolders, withRecord, withSecondConnector } from './holders.ts';

/** Those that end in `-two` are about two connectors, one of which has a declared record. */
export const storyNames = [
  'creation',
  'planned',
  'compromised',
  'retire',
  'planned-two',
  'compromised-two',
  'retire-two',
] as const;
export type StoryName = (typeof storyNames)[number];

/** A stretch of a story. */
export interface Act {
  /** When it begins; until then Keeper does not look. By default at once. */
  readonly beginsAt?: (customer: Tenant) => number;
  /** From its beginning until nothing is left to do. */
  readonly withinMs: number;
  /** What is not as it must be at its end. */
  readonly missing: (customer: Tenant) => readonly string[];
}

interface Story {
  /** Connectors, each of a Nylas application of its own. */
  readonly connectors: 1 | 2;
  /** What there is before; all goes well up to here. Gives the wishes from now on. */
  readonly begin: (customer: Tenant, calendar: DesiredRegistration) => Promise<DesiredRegistration>;
  /** What a person orders, where one does. */
  readonly order?: (customer: Tenant) => OrderBody;
  readonly acts: readonly Act[];
}

/** Short lives, so that little time has to pass; the steps are those of any lifetime. */
export const storyWishes: Wishes = { lifetimeDays: 30, renewBeforeDays: 10 };

/**
 * Two mishaps cost a tick each, the doubt of an add, and the distance between reads that must agree;
 * no story needs more than this on top of what it waits for by design.
 */
const patienceMs = 4 * hourMs;

/** A planned rotation rests for a day before the switch. */
const restMs = dayMs;

/** The credential that ends first. */
function oldestOf(customer: Tenant): Password {
  const [oldest] = customer.passwords().toSorted((a, b) => a.endAt - b.endAt);
  if (!oldest) throw new Error('No credential is listed');
  return oldest;
}

const firstEndAt = (customer: Tenant): number => oldestOf(customer).endAt;

const creation: Story = {
  connectors: 1,
  begin: async (_customer, calendar) => calendar,
  acts: [{ withinMs: patienceMs, missing: (customer) => onlyHeldIsListed(customer, 1) }],
};

const planned: Story = {
  connectors: 1,
  async begin(customer, calendar) {
    await settle(customer, calendar);
    for (const { region, id } of customer.nylas) {
      customer.cloud.nylas[region].hand.addGrant(id, 'ada@contoso.example');
    }
    customer.leap(firstEndAt(customer) - 10 * dayMs - customer.clock.now());
    return calendar;
  },
  acts: [
    { withinMs: restMs + patienceMs, missing: (customer) => onlyHeldIsListed(customer, 2) },
    {
      beginsAt: (customer) => firstEndAt(customer) + 10 * minuteMs,
      withinMs: patienceMs,
      missing: onlyHeldIsLeft,
    },
  ],
};

/** Two credentials listed, the later one in use: what a rotation leaves until the old one ends. */
async function rotated(
  customer: Tenant,
  calendar: DesiredRegistration,
): Promise<DesiredRegistration> {
  await settle(customer, calendar);
  await placeOrder(customer, { kind: 'rotate', reason: 'rehearsal' });
  await settle(customer, calendar);
  return calendar;
}

const compromised: Story = {
  connectors: 1,
  begin: rotated,
  order: ({ clock }) => ({
    kind: 'compromised',
    keyIds: [],
    removeAt: clock.now() + 4 * hourMs,
    endGrants: 'accept',
  }),
  acts: [{ withinMs: patienceMs, missing: (customer) => onlyNewIsLeft(customer, 2) }],
};

const retire: Story = {
  connectors: 1,
  begin: rotated,
  order: (customer) => ({ kind: 'retire', keyId: oldestOf(customer).keyId }),
  acts: [{ withinMs: patienceMs, missing: onlyHeldIsLeft }],
};

/** The same with a second connector and a record of it, both there and served before it begins. */
function withTwo(story: Story): Story {
  return {
    ...story,
    connectors: 2,
    async begin(customer, calendar) {
      await settle(customer, calendar);
      return story.begin(customer, await withRecord(customer, calendar, oldestOf(customer)));
    },
  };
}

/**
 * What is to go is held by a second connector, and by a record of it, that the file has but since
 * now: both have to be switched first.
 */
const retireOfTwo: Story = {
  ...retire,
  connectors: 2,
  async begin(customer, calendar) {
    const { connectors } = calendar;
    await rotated(customer, { ...calendar, connectors: connectors.slice(0, 1) });
    const old = oldestOf(customer);
    return withRecord(customer, withSecondConnector(customer, calendar, old), old);
  },
};

export const stories: Readonly<Record<StoryName, Story>> = {
  creation,
  planned,
  compromised,
  retire,
  'planned-two': withTwo(planned),
  'compromised-two': withTwo(compromised),
  'retire-two': retireOfTwo,
};

/** Nothing is left to do, nothing is awaited; what was done may have been done just now. */
export function isSettled(report: PassReport): boolean {
  if (report.kind !== 'looked' || report.stop) return false;
  return report.plan.state === 'healthy' && report.plan.actions.length === 0;
}

/** A beginning in which all goes well. */
async function settle(customer: Tenant, calendar: DesiredRegistration): Promise<void> {
  const untilAt = customer.clock.now() + restMs + patienceMs;
  const report = await customer.live(calendar, { untilAt, stop: isSettled });
  if (!isSettled(report)) throw new Error('The beginning of the story did not settle');
}

/** A person's order, and the message that says so. It comes from another process than Keeper's loop. */
export async function placeOrder(customer: Tenant, body: OrderBody): Promise<void> {
  const { clock, stores, world } = customer;
  const id = `${new Date(clock.now()).toISOString().replaceAll(':', '-')}-${world.newId()}`;
  const order: Order = { id, registration: 'calendar', body, by: 'a-person', at: clock.now() };
  await stores.orders.write(order);
  await stores.queue.send({ v: 1, registration: 'calendar', cause: 'order' });
}

/** So many credentials are listed, and every connector and record holds the last of them. */
function onlyHeldIsListed(customer: Tenant, count: number): readonly string[] {
  const listed = customer.passwords();
  const last = listed.toSorted((a, b) => a.endAt - b.endAt).at(-1);
  return [
    ...(listed.length === count ? [] : [`${listed.length} credentials are listed, not ${count}`]),
    ...strayHolders(customer, last),
  ];
}

/** Nothing of an old credential is left: not in the directory, not in the vault; orders are answered. */
function onlyHeldIsLeft(customer: Tenant): readonly string[] {
  const held = customer.holds();
  const { state } = customer.cloud.vault;
  const readable = ['nylas-calendar', 'nylas-calendar-pending']
    .flatMap((name) => state.versions(name))
    .filter((one) => one.enabled && one.tags['keyId'] !== held);
  const waiting = customer.stores.orders.waiting.size;
  return [
    ...onlyHeldIsListed(customer, 1),
    ...readable.map((one) => `a version of ${one.tags['keyId']} can still be read`),
    ...(waiting === 0 ? [] : [`${waiting} orders are not answered`]),
  ];
}

/** As above, and what is left is none of those that had leaked. */
function onlyNewIsLeft(customer: Tenant, leaked: number): readonly string[] {
  const adds = customer
    .entries('calendar')
    .flatMap((one) => (one.kind === 'outcome' ? (one.facts?.keyId ?? []) : []));
  const early = new Set(adds).size <= leaked;
  return [...onlyHeldIsLeft(customer), ...(early ? ['no new credential was made'] : [])];
}
