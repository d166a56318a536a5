/** The worker's clock, against the storage service's: it dates the log and judges deadlines. */
import { clockSkewMs, minuteMs, passMs } from '../../core/limits.ts';
import { duration, fine, notSeen, wrong, type Check } from '../check.ts';
import { workerApp } from '../names.ts';

export const workerClock: Check = {
  id: 'worker-clock',
  group: 'keeper',
  title: "The worker's clock is right",
  runbook: 'unreachable',
  look(examination) {
    const { stateWrites: seen } = examination.evidence;
    // In the embedded mode the storage keeps another time, and nothing goes by it.
    if (seen === undefined || seen.kind === 'absent') return [];
    if (seen.kind === 'unknown') {
      const needs = 'Storage Blob Data Reader on the container state';
      return [notSeen('Storage', seen.fault, { needs })];
    }
    const [latest] = seen.value.toSorted((one, other) => other.writtenAt - one.writtenAt);
    if (latest === undefined) return [];
    // A state is written after its look, within a pass.
    const afterMs = latest.writtenAt - latest.lookedAt;
    const mend = [
      `az functionapp restart ${workerApp(examination)}`,
      'Does it stay: a support request to Microsoft, with the name of the app.',
    ];
    if (afterMs < -minuteMs) {
      return [wrong(`it is at least ${duration(-afterMs)} ahead of the storage service`, mend)];
    }
    if (afterMs > passMs + clockSkewMs + 2 * minuteMs) {
      return [wrong(`it is some ${duration(afterMs - passMs)} behind the storage service`, mend)];
    }
    return [fine('it agrees with the storage service')];
  },
};
