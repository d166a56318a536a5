/** The top of a registration's page: how it is, what to do, and what may be ordered. */
import { meaningOf } from '../../core/reason.ts';
import type { RegistrationStatus } from '../../core/status.ts';
import { confirmAddress, ordersAddress } from './addresses.ts';
import {
  conditionOf,
  conditionWords,
  isOverdue,
  meaningOfGlance,
  remedyOfGlance,
  statusOfGlance,
} from './condition.ts';
import { notices } from './frame.ts';
import { foreign, html, type Content, type Markup } from './html.ts';
import { conditionIcon } from './icons.ts';
import type { ConfirmedOrder, RegistrationModel } from './model.ts';
import { instantTime, relativeTime, sinceTime } from './words.ts';

/** Rows of one list. */
const mostRows = 100;

/** The top of the page. */
export function registrationVerdict(model: RegistrationModel): Markup {
  const { registration, now, frozenUntilAt } = model;
  const condition = conditionOf(registration, now);
  const remedy = remedyOfGlance(registration, now);
  const status = statusOfGlance(registration);
  const { displayName, id, sinceAt } = registration;
  const name = displayName !== id && html`<p class="quiet">${foreign(displayName, 200)}</p>`;
  const since = sinceAt !== null && html` ${sinceTime(sinceAt, now)}.`;
  const goesOn =
    condition === 'waiting' &&
    status !== undefined &&
    status.nextLookAt > now &&
    html`<p>
      There is nothing for you to do: Keeper goes on ${relativeTime(status.nextLookAt, now)} at the
      latest.
    </p>`;
  const silent =
    status !== undefined &&
    isOverdue(registration, now) &&
    html`<p class="lede">
      Keeper should have looked ${relativeTime(status.nextLookAt, now)}, and has not. What stands
      here may no longer be so.
    </p>`;
  const frozen =
    frozenUntilAt !== null &&
    frozenUntilAt > now &&
    html`<p>An operator asked Keeper to change nothing until ${instantTime(frozenUntilAt)}.</p>`;
  return html`<div class="verdict">
    <div class="headline ${condition}">
      ${conditionIcon(condition)}
      <div>
        <h1>${foreign(id, 200)}: ${conditionWords[condition].toLowerCase()}</h1>
        ${name}
      </div>
    </div>
    ${silent}
    <p class="lede">${meaningOfGlance(registration)}${since}</p>
    ${status && subjects(status)} ${goesOn}
    ${
      remedy !== undefined &&
      html`<div class="call">
        <p><b>What to do</b></p>
        <p>${remedy}</p>
      </div>`
    }
    ${frozen} ${status && otherStanding(status)} ${notices(model)} ${actions(model)}
  </div>`;
}

/** What the first reason is about: connectors, key ids, steps. */
function subjects({ standing, reason }: RegistrationStatus): Content {
  const about = standing.flatMap((one) => (one.reason === reason ? (one.subject ?? []) : []));
  if (about.length === 0) return null;
  const shown = about
    .slice(0, mostRows)
    .map((one, index) => html`${index > 0 && ', '}<code>${foreign(one)}</code>`);
  return html`<p class="quiet">It is about ${shown}.</p>`;
}

/** What holds besides the first reason. */
function otherStanding({ standing, reason }: RegistrationStatus): Content {
  const others = standing.filter((one) => one.reason !== reason).slice(0, mostRows);
  if (others.length === 0) return null;
  const items = others.map((one) => {
    const { means, remedy } = { remedy: undefined, ...meaningOf(one.reason) };
    const about = one.subject !== undefined && html`<code>${foreign(one.subject)}</code>`;
    const todo = remedy !== undefined && html`<br /><strong>To do:</strong> ${remedy}`;
    return html`<li>${means} ${about}${todo}</li>`;
  });
  return html`<h2 class="also">Also</h2>
    <ul class="standing">
      ${items}
    </ul>`;
}

/** What may be ordered. A re-sync does no harm; all else is confirmed on a page of its own. */
function actions({ registration, mayOperate, frozenUntilAt, now }: RegistrationModel): Content {
  if (!mayOperate) return null;
  const { id } = registration;
  const confirmed = (order: ConfirmedOrder, words: string) =>
    html`<a class="button" href="${confirmAddress(id, order)}">${words}</a>`;
  const isFrozen = frozenUntilAt !== null && frozenUntilAt > now;
  const thaw = html`<form method="post" action="${ordersAddress(id)}">
    <input type="hidden" name="kind" value="thaw" /><button type="submit">End the freeze</button>
  </form>`;
  return html`<div class="actions" role="group" aria-label="Orders">
    <form method="post" action="${ordersAddress(id)}">
      <input type="hidden" name="kind" value="resync" />
      <input type="hidden" name="mode" value="apply" />
      <button class="main" type="submit">Look again now</button>
    </form>
    <form method="post" action="${ordersAddress(id)}">
      <input type="hidden" name="kind" value="resync" />
      <input type="hidden" name="mode" value="plan" />
      <button type="submit">Show the plan</button>
    </form>
    ${confirmed({ kind: 'rotate' }, 'Rotate…')}
    ${isFrozen ? thaw : confirmed({ kind: 'freeze' }, 'Freeze…')}
    ${confirmed({ kind: 'compromised' }, 'A secret has leaked…')}
  </div>`;
}
