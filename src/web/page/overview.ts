/** The first page: whether all is well, and if not, what, since when, and what to do. */
import { overviewPageAddress, registrationAddress } from './addresses.ts';
import {
  byUrgency,
  conditionOf,
  conditionWords,
  meaningOfGlance,
  remedyOfGlance,
  statusOfGlance,
} from './condition.ts';
import { documentOf, notices } from './frame.ts';
import { foreign, html, type Content, type Markup } from './html.ts';
import { conditionIcon } from './icons.ts';
import type { OverviewModel, BriefGlance } from './model.ts';
import { overviewVerdict } from './verdict.ts';
import { dayTime, relativeText, relativeTime, sinceTime } from './words.ts';

/** Registrations on one page of the overview. */
export const registrationsPerPage = 200;

/** The overview as a document. */
export function overviewPage(model: OverviewModel): string {
  const { now, registrations } = model;
  const verdict = overviewVerdict(model);
  const pages = Math.max(1, Math.ceil(registrations.length / registrationsPerPage));
  const page = Math.min(pages, Math.max(1, Math.trunc(model.page) || 1));
  const start = (page - 1) * registrationsPerPage;
  const shown = byUrgency(registrations, now).slice(start, start + registrationsPerPage);
  const isCall = (one: BriefGlance) =>
    ['needs-you', 'unknown', 'silent'].includes(conditionOf(one, now));
  const main = html`
    <div class="verdict">
      <div class="headline ${verdict.condition}">
        ${conditionIcon(verdict.condition)}
        <h1>${verdict.headline}</h1>
      </div>
      ${verdict.lines.filter(Boolean).map((line) => html`<p class="lede">${line}</p>`)}
      ${notices(model)}
    </div>
    ${calls(shown.filter(isCall), now)} ${unmanagedSection(model)}
    ${list(
      shown.filter((one) => !isCall(one)),
      model,
    )}
    ${pageLinks(page, pages)}
  `;
  const { mayOperate } = model;
  return documentOf({ title: verdict.headline.replace(/\.$/, ''), main, now, mayOperate });
}

/** Those that need a person, with the remedy. */
function calls(glances: readonly BriefGlance[], now: number): Content {
  if (glances.length === 0) return null;
  return html`<section aria-labelledby="calls">
    <h2 id="calls">Needs you</h2>
    <ul class="calls">
      ${glances.map((glance) => call(glance, now))}
    </ul>
  </section>`;
}

function call(glance: BriefGlance, now: number): Markup {
  const condition = conditionOf(glance, now);
  const remedy = remedyOfGlance(glance, now);
  return html`<li class="call">
    <div class="headline ${condition}">
      ${conditionIcon(condition)}
      <h3>
        ${link(glance)}${condition !== 'needs-you' && html` · ${conditionWords[condition].toLowerCase()}`}
      </h3>
    </div>
    <p>${condition === 'silent' ? silence(glance, now) : meaningOfGlance(glance)}</p>
    <p class="quiet">${age(glance, now)}</p>
    ${remedy !== undefined && html`<p class="todo"><b>What to do</b> ${remedy}</p>`}
  </li>`;
}

/** What is told of a registration that should have been looked at long ago. */
function silence(glance: BriefGlance, now: number): Content {
  const status = statusOfGlance(glance);
  return (
    status &&
    html`Keeper should have looked ${relativeTime(status.nextLookAt, now)}, and has not. Then it
    was: ${meaningOfGlance(glance)}`
  );
}

function age(glance: BriefGlance, now: number): Content {
  const status = statusOfGlance(glance);
  const since = glance.sinceAt !== null && html`${sinceTime(glance.sinceAt, now)}. `;
  const ends =
    status?.credential &&
    html`The credential in use ends ${relativeTime(status.credential.expiresAt, now)}. `;
  const looked = status && html`Last looked ${relativeText(status.lookedAt, now)}.`;
  return [html`${since}${ends}${looked}`];
}

function link({ id, displayName }: BriefGlance): Markup {
  const name = displayName !== id && html` <span class="quiet">${foreign(displayName, 120)}</span>`;
  return html`<a href="${registrationAddress(id)}">${foreign(id)}</a>${name}`;
}

/** More than this many that are well are folded: nobody reads them all, and each can be found. */
const mostUnfolded = 25;

/** Those that are well, or go on by themselves. */
function list(glances: readonly BriefGlance[], { now, registrations }: OverviewModel): Content {
  if (glances.length === 0) return null;
  const others =
    glances.length < registrations.length ? 'The other registrations' : 'Registrations';
  const isWell = (one: BriefGlance) => conditionOf(one, now) === 'well';
  const well = glances.filter(isWell);
  if (well.length <= mostUnfolded) {
    return html`<section aria-labelledby="list">
      <h2 id="list">${others}</h2>
      ${table(glances, others, now)}
    </section>`;
  }
  const moving = glances.filter((one) => !isWell(one));
  return html`<section aria-labelledby="list">
    <h2 id="list">${others}</h2>
    ${moving.length > 0 && table(moving, 'Under way', now)}
    <details>
      <summary>${well.length} of this page are well</summary>
      ${table(well, 'Well', now)}
    </details>
  </section>`;
}

function table(glances: readonly BriefGlance[], title: string, now: number): Markup {
  return html`<table role="table">
    <caption class="hidden">
      ${title}: how each is, its connectors, its credential, and the next look
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Registration</th>
        <th role="columnheader" scope="col">How it is</th>
        <th role="columnheader" scope="col" class="number">Connectors</th>
        <th role="columnheader" scope="col">Credential ends</th>
        <th role="columnheader" scope="col">Next look</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${glances.map((glance) => tableRow(glance, now))}
    </tbody>
  </table>`;
}

function tableRow(glance: BriefGlance, now: number): Markup {
  const status = statusOfGlance(glance);
  const condition = conditionOf(glance, now);
  const credential = status?.credential;
  const ends = credential
    ? html`<span
        >${dayTime(credential.expiresAt)}
        <span class="quiet">${relativeText(credential.expiresAt, now)}</span></span
      >`
    : html`<span class="quiet">none yet</span>`;
  const next = status ? relativeText(status.nextLookAt, now) : 'within minutes';
  return html`<tr role="row">
    <th role="rowheader" scope="row">${link(glance)}</th>
    <td role="cell" class="rest">
      <span class="state ${condition}"
        >${conditionIcon(condition)}${conditionWords[condition]}</span
      >
      ${tableNote(glance, now)}
    </td>
    <td role="cell" class="number" data-label="Connectors">
      ${status ? String(status.connectors.length) : '–'}
    </td>
    <td role="cell" class="short" data-label="Credential ends">${ends}</td>
    <td role="cell" class="short" data-label="Next look">${next}</td>
  </tr>`;
}

function tableNote(glance: BriefGlance, now: number): Content {
  const status = statusOfGlance(glance);
  if (status?.reason === 'settled') return null;
  const since =
    glance.sinceAt !== null &&
    conditionOf(glance, now) === 'waiting' &&
    html` ${sinceTime(glance.sinceAt, now)}.`;
  return html`<span class="quiet">${meaningOfGlance(glance)}${since}</span>`;
}

/** Credentials that nobody renews any more. */
function unmanagedSection({ unmanaged, now }: OverviewModel): Content {
  if (unmanaged.length === 0) return null;
  const shown = unmanaged.toSorted((a, b) => Number(b.isAlarm) - Number(a.isAlarm)).slice(0, 100);
  const items = shown.map(
    ({ registration, endsAt, isAlarm }) =>
      html`<li>
        <strong>${foreign(registration)}</strong>:
        ${endsAt === null ? 'no credential of it is known.' : html`its credential ends ${relativeTime(endsAt, now)}.`}
        ${isAlarm && html`<strong>That is soon.</strong>`}
      </li>`,
  );
  const isAlarm = shown.some((one) => one.isAlarm);
  const rest = unmanaged.length - shown.length;
  return html`<section aria-labelledby="unmanaged">
    <div class="note ${isAlarm && 'bad silent'}">
      <h2 id="unmanaged">${isAlarm && conditionIcon('silent')} No longer in keeper.yaml</h2>
      <p>
        Nobody renews ${unmanaged.length === 1 ? 'this credential' : 'these credentials'} any more,
        but a connector may still live on ${unmanaged.length === 1 ? 'it' : 'them'}. Put the
        registration back into keeper.yaml, or delete its state blob once nothing uses it.
      </p>
      <ul>
        ${items}${rest > 0 && html`<li>and ${rest} more</li>`}
      </ul>
    </div>
  </section>`;
}

function pageLinks(page: number, pages: number): Content {
  if (pages === 1) return null;
  const numbers = Array.from({ length: pages }, (_, index) => index + 1).filter(
    (one) => one === 1 || one === pages || Math.abs(one - page) < 4,
  );
  const links = numbers.map((one) =>
    one === page
      ? html`<li>
          <a aria-current="page" href="${overviewPageAddress(one)}"
            ><span class="hidden">Page </span>${one}</a
          >
        </li>`
      : html`<li>
          <a href="${overviewPageAddress(one)}"><span class="hidden">Page </span>${one}</a>
        </li>`,
  );
  return html`<nav aria-label="Pages">
    <ul class="pages">
      <li class="quiet">Page ${page} of ${pages}</li>
      ${links}
    </ul>
  </nav>`;
}
