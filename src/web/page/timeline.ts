/**
 * Credentials as bars on one time line. Each bar carries its words, so there is no legend; the same
 * is told in sentences, so the drawing itself is hidden from screen readers.
 */
import { dayMs } from '../../core/limits.ts';
import type { CredentialStatus, RegistrationStatus } from '../../core/status.ts';
import { html, type Content, type Markup } from './html.ts';
import type { CredentialLife, RegistrationGlance } from './model.ts';
import { dayText, dayTime, isInstant, monthText, relativeText, shortId } from './words.ts';

/** What the drawing is of. */
export interface TimelineParts {
  readonly now: number;
  readonly status: RegistrationStatus;
  readonly renewalAt: RegistrationGlance['renewalAt'];
  readonly lives: ReadonlyMap<string, CredentialLife>;
  /** What may be ordered about one credential. */
  readonly orderFor: (credential: CredentialStatus) => Content;
}

/** What part of the past and of the future is drawn at the most. */
const pastMs = 400 * dayMs;
const futureMs = 800 * dayMs;

/** The time line of all credentials that Entra lists. */
export function timeline(parts: TimelineParts): Markup {
  const { status } = parts;
  const axis = axisOf(parts);
  const rows = status.credentials
    .toSorted((a, b) => order[a.role] - order[b.role] || a.expiresAt - b.expiresAt)
    .map((credential) => row(credential, parts, axis));
  return html`<div class="timeline">
    ${grid(axis, parts.now)}
    <ol class="lives">
      ${rows}
    </ol>
  </div>`;
}

const order: Readonly<Record<CredentialStatus['role'], number>> = {
  serving: 0,
  next: 1,
  old: 2,
  foreign: 3,
};

interface Axis {
  readonly from: number;
  readonly until: number;
}

function axisOf({ now, status, lives }: TimelineParts): Axis {
  const begins = [...lives.values()].flatMap(({ issuedAt }) => issuedAt ?? []);
  const ends = status.credentials
    .filter(({ role }) => role !== 'foreign')
    .map((one) => one.expiresAt);
  const from = bounded(Math.min(now - 14 * dayMs, ...begins), now - pastMs, now);
  const until = bounded(Math.max(now + 30 * dayMs, ...ends), now, now + futureMs);
  // Room for the last end, and for an arrow.
  return { from, until: until + (until - from) / 25 };
}

function bounded(at: number, least: number, most: number): number {
  return isInstant(at) ? Math.min(most, Math.max(least, at)) : most;
}

/** Where an instant is on the axis, between 0 and 1. */
function share({ from, until }: Axis, at: number): number {
  const raw = (at - from) / (until - from);
  return Number.isNaN(raw) ? 1 : Math.min(1, Math.max(0, raw));
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)}%`;
}

/** Months behind the bars, and today. */
function grid(axis: Axis, now: number): Markup {
  const all = ticks(axis);
  const each = Math.ceil(all.length / 4);
  const lines = all.map(({ at, word }, index) => {
    const x = percent(share(axis, at));
    const isClear = share(axis, at) > 0.03 && share(axis, at) < 0.97;
    const minor = index % each === 0 ? '' : 'minor';
    return html`<line
        class="${minor}"
        x1="${x}"
        x2="${x}"
        y1="2.9em"
        y2="100%"
      />${isClear && html`<text class="${minor}" x="${x}" y="2.4em">${word}</text>`}`;
  });
  const today = share(axis, now);
  const x = percent(today);
  const side = today < 0.1 ? 'start' : today > 0.9 ? 'end' : '';
  return html`<svg class="grid" aria-hidden="true" focusable="false">
    <defs>
      <pattern
        id="reserve"
        width="7"
        height="7"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect class="back" width="7" height="7" />
        <line class="stripe" y2="7" stroke-width="5" />
      </pattern>
      <pattern
        id="overlap"
        width="7"
        height="7"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(-45)"
      >
        <rect class="back" width="7" height="7" />
        <line class="stripe" y2="7" stroke-width="3" />
      </pattern>
    </defs>
    ${lines}
    <line class="today" x1="${x}" x2="${x}" y1="1.3em" y2="100%" />
    <text class="today-word ${side}" x="${x}" y="1em">today, ${dayText(now)}</text>
  </svg>`;
}

interface Tick {
  readonly at: number;
  readonly word: string;
}

/** Twelve lines or so: months, or weeks where months would be too coarse. */
function ticks({ from, until }: Axis): readonly Tick[] {
  const span = until - from;
  if (span < 120 * dayMs) {
    const step = Math.ceil(span / dayMs / 10) * dayMs;
    const first = Math.ceil(from / dayMs) * dayMs;
    const count = Math.floor((until - first) / step) + 1;
    return Array.from({ length: count }, (_, index) => {
      const at = first + index * step;
      return { at, word: dayText(at).replace(/ \d+$/, '') };
    });
  }
  const step = Math.ceil(span / dayMs / 31 / 12);
  const start = new Date(from);
  const first = start.getUTCFullYear() * 12 + start.getUTCMonth() + 1;
  return Array.from({ length: 14 }, (_, index) => first + index * step)
    .map((month) => Date.UTC(Math.floor(month / 12), month % 12))
    .filter((at) => at <= until)
    .map((at) => ({ at, word: step > 1 ? monthYear(at) : monthText(at) }));
}

function monthYear(at: number): string {
  return dayText(at).replace(/^\d+ /, '');
}

function row(credential: CredentialStatus, parts: TimelineParts, axis: Axis): Markup {
  const { now } = parts;
  const { keyId, expiresAt } = credential;
  const ends = expiresAt < now ? 'ended' : 'ends';
  return html`<li>
    <div class="life-head">
      <span
        ><strong>${roleWord(credential, now)}</strong>
        <code title="${keyId}">${shortId(keyId)}</code></span
      >
      <span>${ends} ${dayTime(expiresAt)}, <strong>${relativeText(expiresAt, now)}</strong></span>
    </div>
    ${strip(credential, parts, axis)}
    <p class="life-text"><span>${story(credential, parts)}</span> ${parts.orderFor(credential)}</p>
  </li>`;
}

const roleWords: Readonly<Record<CredentialStatus['role'], string>> = {
  serving: 'In use',
  next: 'Next',
  old: 'Replaced, still valid',
  foreign: 'Not made by Keeper',
};

function roleWord({ role, expiresAt }: CredentialStatus, now: number): string {
  return role === 'old' && expiresAt <= now ? 'Replaced, and ended' : roleWords[role];
}

/** The life of one credential in sentences. */
function story(credential: CredentialStatus, parts: TimelineParts): Content {
  const { place, keyId } = credential;
  const life = parts.lives.get(keyId) ?? {};
  const known = [
    life.issuedAt === undefined ? null : html`Issued ${dayTime(life.issuedAt)}`,
    life.provedAt === undefined
      ? null
      : html`${life.issuedAt === undefined ? 'Proved' : 'proved'} ${dayTime(life.provedAt)}`,
    life.promotedAt === undefined
      ? null
      : html`${life.provedAt === undefined && life.issuedAt === undefined ? 'Serving' : 'serving'}
        since ${dayTime(life.promotedAt)}`,
  ].filter((one) => one !== null);
  const past = known.map((one, index) => html`${index > 0 && ', '}${one}`);
  const told = known.length > 0 && html`${past}. `;
  const where = place === 'service-principal' && 'It stands on the service principal. ';
  return [html`${told}${where}${outlook(credential, parts)}`];
}

function outlook({ role, expiresAt, place }: CredentialStatus, parts: TimelineParts): Content {
  const { renewalAt, now } = parts;
  switch (role) {
    case 'serving':
      if (renewalAt === null) return null;
      return renewalAt > now
        ? html`Keeper renews it from ${dayTime(renewalAt)} on, ${relativeText(renewalAt, now)}.`
        : html`Its renewal has been due since ${dayTime(renewalAt)}.`;
    case 'next':
      return 'Connectors get it once it is proven and has rested.';
    case 'old':
      return expiresAt > now
        ? 'It stays valid until its end, so that nothing breaks.'
        : 'Keeper removes it.';
    case 'foreign':
      return place === 'application'
        ? 'Keeper leaves it alone, unless you order otherwise.'
        : 'Keeper leaves it alone.';
  }
}

/** The bar. */
function strip(credential: CredentialStatus, parts: TimelineParts, axis: Axis): Markup {
  const end = share(axis, credential.expiresAt);
  const isBeyond = credential.expiresAt > axis.until;
  const last = html`<line
    class="end"
    x1="${percent(end)}"
    x2="${percent(end)}"
    y1="0.15em"
    y2="2.3em"
  />`;
  const pieces = piecesOf(credential, parts).map((piece) => pieceMarkup(piece, axis));
  return html`<svg class="strip" aria-hidden="true" focusable="false">
    ${pieces}${!isBeyond && last}
  </svg>`;
}

/** What a bar has to itself at the least: on each page, and on those of the classes in the style. */
const barPixels = [
  { pixels: 250, shown: '' },
  { pixels: 560, shown: ' minor' },
  { pixels: 880, shown: ' least' },
] as const;

interface Piece {
  readonly from: number;
  readonly until: number;
  readonly look: 'spent' | 'serving' | 'reserve' | 'overlap' | 'next' | 'foreign';
  readonly word: string;
}

function piecesOf(credential: CredentialStatus, parts: TimelineParts): readonly Piece[] {
  const { now, status, lives, renewalAt } = parts;
  const { expiresAt, role, keyId } = credential;
  const life = lives.get(keyId) ?? {};
  const begin = Math.min(life.issuedAt ?? -Infinity, expiresAt);
  const rested = Math.min(life.promotedAt ?? begin, now, expiresAt);
  const rest = { from: begin, until: rested, look: 'next', word: 'rest' } as const;
  if (role === 'next') return [{ from: begin, until: expiresAt, look: 'next', word: 'next' }];
  if (role === 'foreign') return [{ from: begin, until: expiresAt, look: 'foreign', word: '' }];
  const spent = { from: Math.max(begin, rested), look: 'spent', word: 'in use so far' } as const;
  if (role === 'old') {
    const successor = lives.get(status.credential?.keyId ?? '')?.promotedAt;
    const switched = Math.min(Math.max(successor ?? now, begin), expiresAt);
    return [
      rest,
      { ...spent, until: switched },
      { from: switched, until: expiresAt, look: 'overlap', word: 'overlap' },
    ];
  }
  const today = Math.min(now, expiresAt);
  const renewal = Math.min(Math.max(renewalAt ?? expiresAt, today), expiresAt);
  return [
    rest,
    { ...spent, until: today },
    { from: today, until: renewal, look: 'serving', word: 'in use' },
    { from: renewal, until: expiresAt, look: 'reserve', word: 'renewal' },
  ];
}

/** A word stands where its piece is wide enough: on each page, or only on wider ones. */
function pieceMarkup({ from, until, look, word }: Piece, axis: Axis): Markup | '' {
  const start = share(axis, from);
  const width = share(axis, until) - start;
  if (width <= 0) return '';
  const needed = word.length * 7.5 + 14;
  const fit = word === '' ? undefined : barPixels.find(({ pixels }) => width * pixels > needed);
  const tone = look === 'serving' ? 'on' : 'off';
  const text =
    fit &&
    html`<text class="${tone}${fit.shown}" x="${percent(start)}" dx="0.6em" y="1.55em"
      >${word}</text
    >`;
  return html`<rect
      class="${look}"
      x="${percent(start)}"
      width="${percent(width)}"
      y="0.4em"
      height="1.65em"
      rx="3"
    />${text}`;
}
