/**
 * The timer fires. No mark is left by a tick that finds nothing due; but what is due and stays so
 * shows that none came. Each registration is due once a day at the least.
 */
import { minuteMs } from '../../core/limits.ts';
import { duration, fine, instant, notSeen, wrong, type Check } from '../check.ts';
import { workerApp } from '../names.ts';

/** Two ticks, a pass in the queue, and a retry of it. */
const patienceMs = 45 * minuteMs;

export const tick: Check = {
  id: 'tick',
  group: 'keeper',
  title: "The worker's timer fires",
  runbook: 'when-keeper-is-silent',
  look(examination) {
    const { evidence, desired } = examination;
    const { heads, at } = evidence;
    const app = workerApp(examination);
    if (heads.kind === 'unknown') {
      const needs = 'Storage Blob Data Reader on the container state';
      return [notSeen('Storage', heads.fault, { needs })];
    }
    const keys = new Set(desired.registrations.map((one) => one.key));
    const ours = (heads.kind === 'known' ? heads.value : []).filter((one) =>
      keys.has(one.registration),
    );
    const mend = [
      `az functionapp show ${app} --query state --output tsv`,
      `az functionapp restart ${app}`,
      "Its log: Application Insights, traces | where message has 'tick' | top 5 by timestamp",
    ];
    if (ours.length === 0) return [wrong('no registration has ever been looked at', mend)];
    const lookedAt = Math.max(...ours.map((one) => one.lookedAt));
    const late = ours.filter((one) => one.nextLookAt < at - patienceMs);
    const [first] = late.toSorted((one, other) => one.nextLookAt - other.nextLookAt);
    if (first === undefined) return [fine(`last look ${instant(lookedAt)}`)];
    const lateMs = at - first.nextLookAt;
    return [
      wrong(
        `${late.length} of ${ours.length} registrations are overdue, ${first.registration} for ${duration(lateMs)}; last look ${instant(lookedAt)}`,
        mend,
      ),
    ];
  },
};
