/** Role: the estimate of docs/costs.md, computed from the counts and prices on that page. */

/** What a month costs, part by part, in dollars. */
export type Month = Readonly<Record<string, number>>;

/** Values of the page's tables of counts and prices, by their first column. */
export function valuesOn(page: string): Readonly<Record<string, number>> {
  const rows = [...page.matchAll(/^\| ([^|]+) \| ([\d.]+) \|/gmu)];
  return Object.fromEntries(rows.map(([, name = '', value = '']) => [name.trim(), Number(value)]));
}

/** The estimate for so many registrations, by the formula of the page. */
export function monthOf(registrations: number, page: string): Month {
  const values = valuesOn(page);
  const of = (name: string): number => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`docs/costs.md has no ${name}`);
    return value;
  };
  const passes = (registrations * of('passes')) / 12;
  const vaultOperations = (registrations * of('Key Vault in all')) / 12;
  const runs = passes + of('ticks') + of('looks at the checkpoint');
  const parallel = Math.min(of('passes at a time'), Math.max(1, registrations / 96));
  const seconds =
    (passes * of('seconds of a pass')) / parallel +
    of('ticks') * (of('seconds of a tick') + Math.ceil(registrations / 999)) +
    of('looks at the checkpoint');
  const blobWrites =
    passes * of('blob writes of a pass') +
    of('ticks') * Math.ceil(registrations / 5_000) +
    of("the host's own storage");
  const queueOperations = passes * of('queue operations of a pass') + of('polls of the queues');
  const logKilobytes =
    runs * of('log of a run') + (vaultOperations + passes) * of('log of an operation');
  const paid = (used: number, free: string): number => Math.max(0, used - of(free));
  return {
    Functions:
      paid(seconds * of('memory'), 'Functions, free time') * of('Functions, time') +
      (paid(runs, 'Functions, free runs') * of('Functions, runs')) / 1e6,
    storage:
      (blobWrites * of('blob write, listing') +
        passes * of('blob reads of a pass') * of('blob read') +
        queueOperations * of('queue operation')) /
      1e4,
    'Key Vault': (vaultOperations * of('Key Vault operation')) / 1e4,
    logs: (logKilobytes * of('logs')) / 1e6,
    'metrics in the log':
      (of('ticks') *
        of('metrics of a registration') *
        Math.min(registrations, of('registrations with metrics')) *
        of('log of a metric') *
        of('logs')) /
      1e6,
    alerts: of('log alerts') * of('log alert') + of('metric alerts') * of('metric alert'),
    'Event Grid': 0,
  };
}
