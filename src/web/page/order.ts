/** The page of one order: that it waits, or what came of it; of a wish to see the plan, the plan. */
import type { Ask, RegistrationPlan, Step } from '../../foresight/step.ts';
import { changeLines, sumOf, titleOf, whyOf } from '../../foresight/words.ts';
import { meaningOf } from '../../core/reason.ts';
import { orderAddress, overviewAddress, ordersAddress, registrationAddress } from './addresses.ts';
import { documentOf } from './frame.ts';
import { foreign, html, type Content, type Markup } from './html.ts';
import type { PageCircumstances, PlannedStep } from './model.ts';
import { stepList } from './steps.ts';
import { relativeTime } from './words.ts';

/** What came of an order. */
export type OrderOutcome =
  | { readonly kind: 'waits' }
  /** The plan as it was when the pass looked. */
  | { readonly kind: 'plan'; readonly plan: RegistrationPlan; readonly at: number }
  | {
      readonly kind: 'done' | 'refused';
      readonly at: number;
      /** What the pass did, each in words. */
      readonly did: readonly string[];
      readonly reason: string;
    };

export interface OrderModel extends Omit<PageCircumstances, 'fileErrors'> {
  /** The name of the registration in the file. */
  readonly id: string;
  /** The id of the order. */
  readonly order: string;
  readonly outcome: OrderOutcome;
}

/** The page as a document. */
export function orderPage(model: OrderModel): string {
  const { id, outcome, now, mayOperate } = model;
  const main = html`
    <nav class="trail" aria-label="Where you are">
      <a href="${overviewAddress}">All registrations</a> /
      <a href="${registrationAddress(id)}">${foreign(id, 200)}</a>
    </nav>
    ${told(model)}
  `;
  return documentOf({ title: `${id}: ${titles[outcome.kind]}`, main, now, mayOperate });
}

const titles: Readonly<Record<OrderOutcome['kind'], string>> = {
  waits: 'your order waits',
  plan: 'the plan',
  done: 'your order is done',
  refused: 'your order was refused',
};

function told({ id, order, outcome, now, mayOperate }: OrderModel): Markup {
  switch (outcome.kind) {
    case 'waits':
      return html`<div class="verdict">
        <h1>${foreign(id, 200)}: your order waits</h1>
        <p class="lede" role="status">The next pass takes it in, within minutes.</p>
        <div class="actions">
          <a class="button" href="${orderAddress(id, order)}">See whether it is done</a>
        </div>
      </div>`;
    case 'plan':
      return planTold({ id, plan: outcome.plan, at: outcome.at, now, mayOperate });
    case 'done':
    case 'refused':
      return html`<div class="verdict">
        <h1>${foreign(id, 200)}: ${titles[outcome.kind]}</h1>
        <p class="lede">${outcome.reason}</p>
        <p>
          The pass ended ${relativeTime(outcome.at, now)}.
          ${outcome.did.length === 0 ? 'It found nothing to do.' : `It did: ${outcome.did.join(', ')}.`}
        </p>
        <p><a href="${registrationAddress(id)}">How the registration is</a></p>
      </div>`;
  }
}

interface PlanTold {
  readonly id: string;
  readonly plan: RegistrationPlan;
  readonly at: number;
  readonly now: number;
  readonly mayOperate: boolean;
}

function planTold({ id, plan, at, now, mayOperate }: PlanTold): Markup {
  const { steps, asks, unseen } = plan;
  const all = [...asks.map(askStep), ...steps.map(plannedStep)];
  const unseenNote =
    unseen.length > 0 &&
    html`<p>
      Could not be seen: ${foreign(unseen.join(', '), 400)}. What depends on it is not planned.
    </p>`;
  return html`<div class="verdict">
      <h1>${foreign(id, 200)}: the plan</h1>
      <p class="lede">
        ${steps.length === 0 ? 'Keeper would change nothing.' : `${sumOf([plan])}.`} Nothing of it
        has been done.
      </p>
      <p class="quiet">
        As things were ${relativeTime(at, now)}. Steps that need no order are taken by Keeper at
        their time.
      </p>
      ${unseenNote}${mayOperate && lookAgain(id)}
    </div>
    <section class="panel" aria-labelledby="plan">
      <h2 id="plan">Step by step</h2>
      ${stepList(all, now)}
    </section>`;
}

function lookAgain(id: string): Content {
  return html`<div class="actions" role="group" aria-label="Orders">
    <form method="post" action="${ordersAddress(id)}">
      <input type="hidden" name="kind" value="resync" />
      <input type="hidden" name="mode" value="apply" />
      <button class="main" type="submit">Look again now, and act</button>
    </form>
    <form method="post" action="${ordersAddress(id)}">
      <input type="hidden" name="kind" value="resync" />
      <input type="hidden" name="mode" value="plan" />
      <button type="submit">Make the plan anew</button>
    </form>
  </div>`;
}

function plannedStep(step: Step): PlannedStep {
  const { sign, changes, earliestAt } = step;
  return {
    sign,
    text: capital(titleOf(step)),
    reason: `${capital(whyOf(step))}.`,
    lines: changeLines(changes, 'becomes'),
    earliestAt,
  };
}

function askStep({ reason, subject }: Ask): PlannedStep {
  const { means, remedy } = { remedy: undefined, ...meaningOf(reason) };
  return {
    sign: '!',
    text: remedy ?? means,
    reason: subject === undefined ? means : `${means} It is about ${subject}.`,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
