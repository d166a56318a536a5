/** Several hosts on one backdrop, and one conductor for all of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import type { Backdrop } from '../../src/local/backdrop.ts';
import { conduct, type Conducted } from '../../src/local/conductor.ts';
import { nextInstant } from '../../src/local/host-timer.ts';
import { HostGone, type RemoteHost } from './remote-host.ts';
import { workUnderWay } from './work-under-way.ts';

const dayMs = 86_400_000;
/** Simulated time in which everything must settle. */
const patienceMs = 30 * dayMs;
/** Real time in which the queues must become empty. */
const drainMs = 300_000;

export interface Ensemble {
  readonly backdrop: Backdrop;
  readonly hosts: readonly RemoteHost[];
  /** Time goes on to this instant at least. */
  readonly openUntilAt: number;
}

/**
 * Lives on until no registration waits. One that asks for a person does not show that it also waits,
 * so what is under way is looked for besides. False: it never came to that.
 * @throws HostGone
 */
export async function settleAll({ backdrop, hosts, openUntilAt }: Ensemble): Promise<boolean> {
  const { clock } = backdrop;
  const conductedHosts = conducted(backdrop, hosts);
  const untilAt = Math.max(clock.now(), openUntilAt);
  for (;;) {
    const ending = { untilAt: Math.max(clock.now(), untilAt), patienceMs, isOver: () => false };
    if (!(await conduct(conductedHosts, ending))) return false;
    const underWay = await workUnderWay(backdrop);
    if (underWay.length === 0) return true;
    if (clock.now() > untilAt + patienceMs) return false;
    clock.jumpTo(nextInstant(backdrop.settings()['KEEPER_TICK'] ?? '', clock.now()));
  }
}

/** Several hosts as the conductor knows one: all timers fire, events go to each in turn. */
function conducted(backdrop: Backdrop, hosts: readonly RemoteHost[]): Conducted {
  const queues = QueueServiceClient.fromConnectionString(backdrop.azurite.connectionString);
  const { KEEPER_QUEUE: name = '', KEEPER_TICK: schedule = '' } = backdrop.settings();
  let turn = 0;

  async function waiting(): Promise<number> {
    for (const one of [name, `${name}-poison`]) {
      const { approximateMessagesCount = 0 } = await queues.getQueueClient(one).getProperties();
      if (approximateMessagesCount > 0) return approximateMessagesCount;
    }
    return 0;
  }

  return {
    ...backdrop,
    host: {
      tick: async () => void (await Promise.all(hosts.map((one) => one.tick()))),
      nextTickAt: (now) => nextInstant(schedule, now),
      async drainQueue() {
        const untilMs = performance.now() + drainMs;
        // A count that cannot be had is none: storage may be away for a while.
        while ((await waiting().catch(() => 1)) > 0) {
          if (hosts.every((one) => !one.isRunning())) throw new HostGone('no host is left');
          if (performance.now() > untilMs) throw new Error('the queues do not become empty');
          await pause(30);
        }
        return 0;
      },
      async deliverEvent(event) {
        turn += 1;
        const host = hosts[turn % hosts.length];
        if (!host) throw new HostGone('no host is there');
        return host.deliverEvent(event);
      },
    },
  };
}
