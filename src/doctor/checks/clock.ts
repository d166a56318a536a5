/** This machine's clock, against those of vendors: other checks judge ends and ages by it. */
import { clockSkewMs, minuteMs } from '../../core/limits.ts';
import { duration, fine, notChecked, risky, wrong, type Check } from '../check.ts';

/** Replies take time, and their date has whole seconds. */
const noticeableMs = minuteMs;

export const clock: Check = {
  id: 'clock',
  group: 'keeper',
  title: "This machine's clock is right",
  runbook: 'unreachable',
  look({ evidence: { clocks } }) {
    const [middle] = clocks
      .toSorted((one, other) => one.aheadMs - other.aheadMs)
      .slice(Math.floor(clocks.length / 2));
    if (middle === undefined) return [notChecked('no vendor told the time', [])];
    const offMs = Math.abs(middle.aheadMs);
    if (offMs < noticeableMs) return [fine(`it agrees with ${middle.host}`)];
    const seen = `it is ${duration(offMs)} ${middle.aheadMs > 0 ? 'ahead of' : 'behind'} ${middle.host}`;
    const mend = [
      'timedatectl set-ntp true    # Windows: w32tm /resync; macOS: sudo sntp -sS time.apple.com',
    ];
    return [offMs < clockSkewMs - noticeableMs ? risky(seen, mend) : wrong(seen, mend)];
  },
};
