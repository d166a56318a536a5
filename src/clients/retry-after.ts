/** How long a vendor asks to wait, from a reply's headers. Foreign data: garbage is no wish. */
import { longestRetryAfterMs } from './limits.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const number = /^\d{1,12}(?:\.\d{1,9})?$/;
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The wish in milliseconds, a day at the most; `undefined` when there is none that can be read.
 * Graph sends seconds, fractions too (docs/vendors.md#graph-throttling), Azure's services also
 * milliseconds in a header of their own, and HTTP allows a date, which is measured by the reply's
 * own `date` header, or by `now` (epoch milliseconds) where that is missing.
 */
export function retryAfterMs(headers: Headers, now?: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = numberOf(headers[name]);
    if (ms !== undefined) return bounded(ms);
  }
  const text = headers['retry-after']?.trim();
  const seconds = numberOf(text);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const until = instantOf(text);
  const since = instantOf(headers['date']) ?? now;
  return until === undefined || since === undefined ? undefined : bounded(until - since);
}

/** An HTTP date in epoch milliseconds; `undefined` for anything else. */
export function instantOf(text: string | undefined): number | undefined {
  if (text === undefined || !httpDate.test(text.trim())) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function numberOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && number.test(trimmed) ? Number(trimmed) : undefined;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), longestRetryAfterMs);
}
