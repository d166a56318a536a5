/** Instants and numbers in words, the same on every machine: UTC, and no locale. */
import { dayMs, hourMs, minuteMs } from '../../core/limits.ts';
import { html, type Markup } from './html.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What a date can hold. */
const lastInstant = 8_640_000_000_000_000;

/** True for what a date can hold. */
export function isInstant(at: number): boolean {
  return Math.abs(at) <= lastInstant;
}

/** `25 Nov 2026`. */
export function dayText(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** `Nov`, and in January the year as well. */
export function monthText(at: number): string {
  const date = new Date(at);
  const month = months[date.getUTCMonth()] ?? '';
  return date.getUTCMonth() === 0 ? `${month} ${date.getUTCFullYear()}` : month;
}

/** `in 12 days`, `3 hours ago`, `just now`. */
export function relativeText(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < minuteMs) return distance > 0 ? 'in a moment' : 'just now';
  const span = spanText(Math.abs(distance));
  return distance > 0 ? `in ${span}` : `${span} ago`;
}

/** `12 days`, `3 hours`: the largest unit of which there are two at least. */
function spanText(ms: number): string {
  if (ms >= 730 * dayMs) return countText(Math.floor(ms / (365.25 * dayMs)), 'year');
  if (ms >= 2 * dayMs) return countText(Math.floor(ms / dayMs), 'day');
  if (ms >= 2 * hourMs) return countText(Math.floor(ms / hourMs), 'hour');
  return countText(Math.max(1, Math.floor(ms / minuteMs)), 'minute');
}

/** `1 connector`, `1,200 connectors`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** `1,200`. */
export function numberText(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `calendar`, `calendar and mail`, `calendar, mail and 3 more`. */
export function listText(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${numberText(rest)} more`] : shown;
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** An instant to the minute, for machines as well. */
export function instantTime(at: number): Markup {
  if (!isInstant(at)) return html`an unknown time`;
  const iso = new Date(at).toISOString();
  const clock = iso.slice(-13, -8);
  return html`<time datetime="${iso}">${dayText(at)}, ${clock} UTC</time>`;
}

/** A day, for machines to the second. */
export function dayTime(at: number): Markup {
  if (!isInstant(at)) return html`an unknown day`;
  return html`<time datetime="${new Date(at).toISOString()}">${dayText(at)}</time>`;
}

/** `in 12 days`, with the instant behind it: `(25 Nov 2026, 08:00 UTC)`. */
export function relativeTime(at: number, now: number): Markup {
  if (!isInstant(at)) return html`at an unknown time`;
  return html`${relativeText(at, now)} <span class="quiet">(${instantTime(at)})</span>`;
}

/** `Since 25 Nov 2026, 08:00 UTC (for 12 days)`. */
export function sinceTime(at: number, now: number): Markup {
  const span = isInstant(at) && at < now && ` (for ${spanText(now - at)})`;
  return html`Since ${instantTime(at)}<span class="quiet">${span}</span>`;
}

/** A key id as people compare them: its first eight characters. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}
