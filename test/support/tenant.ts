/**
 * A small customer for scenario tests: one registration, its connectors, and the hands and eyes that
 * tests need. What a test asserts is the truth of the simulated world and the chain.
 */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Order, OrderBody } from '../../src/core/order.ts';
import { keeperIdentity } from '../../src/local/cloud.ts';
import type { Application, Password } from '../../src/local/simulators/directory-objects.ts';
import { coveringNylasModes, type NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import { basePermissions, graphResource, permissionNamed } from '../../src/core/permissions.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import { scan } from '../../src/reconcile/scan.ts';
import { nylasApplication, scenario, type Scenario, type ScenarioOptions } from './scenario.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** The mode in which nothing is odd. */
export const plainMode: NylasMode = {
  clientIdReturned: true,
  settings: 'merge',
  grantsFollow: true,
  updateReaches: 'active',
};

/** One of the six covering modes, for tests that want odd ones. */
export function oddMode(index: number): NylasMode {
  const modes = coveringNylasModes();
  return modes[index % modes.length] ?? plainMode;
}

export interface TenantConnector {
  readonly region: 'us' | 'eu';
  readonly id: string;
  readonly apiKeySecret: string;
}

export interface Wishes {
  readonly appId?: string;
  readonly audience?: string;
  readonly owns?: readonly string[];
  readonly takeOver?: boolean;
  readonly lifetimeDays?: number;
  readonly renewBeforeDays?: number;
  readonly records?: readonly string[];
  readonly key?: string;
  readonly renamedFrom?: string;
  readonly scopes?: readonly string[];
  readonly tenant?: string;
}

export interface TenantOptions extends ScenarioOptions {
  readonly modes?: readonly NylasMode[];
}

export interface Tenant extends Scenario {
  readonly nylas: readonly TenantConnector[];
  /** The wished state of the registration, from a file. */
  wish(wishes?: Wishes): DesiredRegistration;
  /** The truth about the registration that serves; throws when there is none. */
  application(): Application;
  passwords(): readonly Password[];
  /** Key id of the secret that a connector's active record holds; its text when it is no one's. */
  holds(index?: number): string;
  order(body: OrderBody, key?: string): Promise<Order>;
  /** What the timer does every quarter of an hour, for some time: scan, then a pass where it says so. */
  ticks(desired: DesiredRegistration, ms: number): Promise<readonly PassReport[]>;
  /** Time passes in which Keeper does not look. */
  leap(ms: number): void;
  /** Lives on for some time. */
  after(desired: DesiredRegistration, ms: number): Promise<PassReport>;
  /**
   * Lives on, quiet times in strides of at most a month. Returns how many secrets the registration
   * had at the most.
   */
  years(desired: DesiredRegistration, ms: number, strideDays?: number): Promise<number>;
  /** Lives until a pass finds nothing to do and all is well; throws after `withinMs`. */
  settle(desired: DesiredRegistration, withinMs?: number): Promise<PassReport>;
}

/** A customer with one connector a mode, US and EU in turn. */
export function tenant({ modes = [plainMode], ...options }: TenantOptions = {}): Tenant {
  const world = scenario(options);
  const nylas = modes.map((mode, index): TenantConnector => {
    const region = index % 2 === 0 ? 'us' : 'eu';
    return { region, ...nylasApplication(world, region, mode) };
  });
  const { cloud, clock } = world;

  function application(): Application {
    const [found] = cloud.directory.applications();
    if (!found) throw new Error('There is no registration');
    return found;
  }

  return {
    ...world,
    nylas,
    wish: (wishes = {}) => {
      const [registration] = world.desired(fileOf(nylas, wishes)).registrations;
      if (!registration) throw new Error('The file has no registration');
      return registration;
    },
    application,
    passwords: () => application().passwords,
    holds(index = 0) {
      const connector = nylas[index];
      if (!connector) throw new Error(`There is no connector ${index}`);
      const record = cloud.nylas[connector.region].hand.activeRecord(connector.id);
      if (!record) return 'no connector';
      const { clientSecret } = record.data;
      const found = cloud.directory
        .applications()
        .flatMap((one) => one.passwords)
        .find((one) => one.text === clientSecret);
      return found?.keyId ?? 'a secret that is not listed';
    },
    async order(body, key = 'calendar') {
      const id = `${new Date(clock.now()).toISOString().replaceAll(':', '-')}-${world.world.newId()}`;
      const order: Order = { id, registration: key, body, by: 'a-person', at: clock.now() };
      await world.world.orders.write(order);
      await world.world.queue.send({ v: 1, registration: key, cause: 'order' });
      return order;
    },
    leap: (ms) => leapTo(world, clock.now() + ms),
    async ticks(desired, ms) {
      const { stores } = world;
      const reports: PassReport[] = [];
      for (let left = ms; left > 0; left -= 15 * minuteMs) {
        leapTo(world, Math.floor(clock.now() / (15 * minuteMs) + 1) * 15 * minuteMs);
        await scan(world.world, { registrations: [desired], hash: 'test' });
        for (const message of stores.queue.messages.splice(0)) {
          if (message.registration === desired.key) reports.push(await world.pass(desired));
        }
      }
      return reports;
    },
    after: (desired, ms) => world.live(desired, { untilAt: clock.now() + ms }),
    async years(desired, ms, strideDays = 30) {
      const endAt = clock.now() + ms;
      let most = 0;
      while (clock.now() < endAt) {
        const report = await world.live(desired, { untilAt: endAt, stop: isQuiet });
        most = Math.max(most, cloud.directory.applications()[0]?.passwords.length ?? 0);
        if (!isQuiet(report) || report.kind !== 'looked') {
          leapTo(world, endAt);
          break;
        }
        const ends = report.status.credentials.map((one) => one.expiresAt);
        const next = ends.filter((at) => at > clock.now());
        leapTo(world, Math.min(endAt, clock.now() + strideDays * dayMs, ...next));
      }
      return most;
    },
    async settle(desired, withinMs = 3 * dayMs) {
      const untilAt = clock.now() + withinMs;
      let report = await world.live(desired, { untilAt, stop: isQuiet });
      if (!isQuiet(report)) report = await world.pass(desired);
      if (!isQuiet(report)) throw new Error(`Not settled: ${brief(report)}`);
      return report;
    },
  };
}

/** Time passes; what happens by itself happens. */
function leapTo({ cloud, clock }: Scenario, at: number): void {
  for (;;) {
    const landsAt = cloud.nextAt();
    if (landsAt === undefined || landsAt >= at) break;
    clock.jumpTo(Math.max(landsAt, clock.now()));
    cloud.settle();
    cloud.takeEvents();
    if (cloud.nextAt() === landsAt) break;
  }
  clock.jumpTo(at);
  cloud.settle();
}

/** Nothing was done, nothing is awaited. */
export function isQuiet(report: PassReport): boolean {
  if (report.kind !== 'looked' || report.stop) return false;
  return report.did.length === 0 && report.plan.state === 'healthy';
}

/** A report in one line, for messages. */
function brief(report: PassReport): string {
  if (report.kind !== 'looked') return JSON.stringify(report);
  const { plan, did, stop } = report;
  return JSON.stringify({ state: plan.state, standing: plan.standing, did, stop });
}

/** A member of the file, where there is something to say. */
function line(name: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [`${name}: ${JSON.stringify(value)}`];
}

function fileOf(nylas: readonly TenantConnector[], wishes: Wishes): string {
  const regions = [...new Set(nylas.map((one) => one.region))];
  const registration = [
    'displayName: Contoso Calendar',
    `audience: ${wishes.audience ?? 'organizations-and-personal'}`,
    `redirectUris: [${regions.map((one) => `hosted-${one}`).join(', ')}]`,
    'permissions: [Calendars.ReadWrite]',
    ...line('appId', wishes.appId),
    ...line('owns', wishes.owns),
    ...line('renamedFrom', wishes.renamedFrom),
    'secret:',
    '  vault: demo',
    '  name: nylas-calendar',
    ...line('  lifetimeDays', wishes.lifetimeDays),
    ...line('  renewBeforeDays', wishes.renewBeforeDays),
    'connectors:',
    ...nylas.flatMap((one) => [
      `  - region: ${one.region}`,
      `    applicationId: ${one.id}`,
      `    apiKeySecret: ${one.apiKeySecret}`,
      ...(wishes.takeOver ? ['    takeOver: true'] : []),
      ...line('    records', wishes.records),
      ...line('    scopes', wishes.scopes),
      ...line('    tenant', wishes.tenant),
    ]),
  ];
  const key = wishes.key ?? 'calendar';
  return ['registrations:', `  ${key}:`, ...registration.map((text) => `    ${text}`)].join('\n');
}

export interface HandMade {
  readonly appId: string;
  readonly keyId: string;
  readonly text: string;
}

/** A registration made in the portal, its secret in the vault and in every connector, with grants. */
export function handMade(
  customer: Tenant,
  { endsInDays = 20, grants = 2 }: { endsInDays?: number; grants?: number } = {},
): HandMade {
  const { cloud, clock, nylas } = customer;
  const now = clock.now();
  const regions = [...new Set(nylas.map((one) => one.region))];
  const { appId } = cloud.directory.addApplicationByHand(
    {
      displayName: 'Contoso Calendar',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      api: { requestedAccessTokenVersion: 2 },
      web: {
        redirectUris: regions.map((one) => `https://api.${one}.nylas.com/v3/connect/callback`),
      },
      requiredResourceAccess: accessOf(['Calendars.ReadWrite']),
    },
    { owners: [keeperIdentity.principalId] },
  );
  const made = cloud.directory.addPasswordByHand(appId, {
    displayName: 'made in the portal',
    startAt: now - 710 * dayMs,
    endAt: now + endsInDays * dayMs,
  });
  cloud.directory.settle();
  cloud.vault.putByHand('nylas-calendar', { value: made.text });
  for (const { region, id } of nylas) {
    const { hand } = cloud.nylas[region];
    hand.connectorByHand(id, {
      name: 'Contoso',
      settings: { clientId: appId, clientSecret: made.text, tenant: 'common' },
      scope: [...basePermissions, 'Calendars.ReadWrite'],
    });
    for (let user = 0; user < grants; user += 1) hand.addGrant(id, `user${user}@contoso.example`);
  }
  return { appId, ...made };
}

/** Delegated permissions of Graph by name, as an application lists them. */
export function accessOf(names: readonly string[]): {
  resourceAppId: string;
  resourceAccess: { id: string; type: 'Scope' }[];
}[] {
  const ids = [...basePermissions, ...names].flatMap(
    (name) => permissionNamed(name)?.access.id ?? [],
  );
  return [
    { resourceAppId: graphResource, resourceAccess: ids.map((id) => ({ id, type: 'Scope' })) },
  ];
}
