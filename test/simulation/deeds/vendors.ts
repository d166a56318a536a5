/** Role: vendors that are down or lag behind. */
import { dayMs, hourMs, minuteMs } from '../../../src/core/limits.ts';
import { cloudHosts } from '../../../src/local/cloud.ts';
import { HEAVY_LAG, TYPICAL_LAG } from '../../../src/local/simulators/directory-replicas.ts';
import type { Work } from '../obstacles.ts';
import { lasting, within, type Deed } from './deed.ts';

/** A vendor that answers nothing for a while. */
function vendorDown(hosts: readonly string[], blocks: readonly Work[]): Deed['act'] {
  return ({ stage, random }) => {
    const over = stage.obstacles.begin(`down ${hosts.join()}`, blocks);
    for (const host of hosts) stage.down.add(host);
    return {
      afterMs: random.chance(0.08)
        ? within(random, dayMs, 3 * dayMs)
        : within(random, 10 * minuteMs, 5 * hourMs),
      undo() {
        for (const host of hosts) stage.down.delete(host);
        over();
      },
    };
  };
}

export const vendorTroubles: readonly Deed[] = [
  { kind: 'graph-down', share: 3, act: vendorDown([cloudHosts.graph], ['issue', 'see']) },
  { kind: 'entra-down', share: 2, act: vendorDown([cloudHosts.login], ['issue', 'push']) },
  {
    kind: 'vault-down',
    share: 3,
    act: vendorDown([`demo.${cloudHosts.vaultSuffix}`], ['issue', 'push']),
  },
  {
    kind: 'nylas-down',
    share: 3,
    act: vendorDown([cloudHosts.us, cloudHosts.eu], ['push', 'issue']),
  },
  {
    kind: 'lagging-replicas',
    share: 4,
    act({ stage, random }) {
      const { directory } = stage.cloud;
      directory.setTenant({ lag: HEAVY_LAG, acceptanceLag: HEAVY_LAG, removalLag: HEAVY_LAG });
      return {
        afterMs: lasting(random, 3 * dayMs),
        undo: () =>
          directory.setTenant({
            lag: TYPICAL_LAG,
            acceptanceLag: TYPICAL_LAG,
            removalLag: TYPICAL_LAG,
          }),
      };
    },
  },
];
