/** Steps of a plan as a list: what, why, which properties, and not before when. */
import { cut, html, type Markup } from './html.ts';
import { signIcon } from './icons.ts';
import type { PlannedStep } from './model.ts';
import { countText, instantTime, relativeText } from './words.ts';

/** Rows of one list; the rest is counted. */
const mostRows = 100;

const signWords: Readonly<Record<PlannedStep['sign'], string>> = {
  '+': 'Add: ',
  '~': 'Change: ',
  '-': 'Remove: ',
  '!': 'You: ',
};

/** The list; of an empty one, a sentence. */
export function stepList(plan: readonly PlannedStep[], now: number): Markup {
  if (plan.length === 0) return html`<p>Nothing. It only keeps watching.</p>`;
  const rest = plan.length - mostRows;
  return html`<ol class="steps">
      ${plan.slice(0, mostRows).map((step) => item(step, now))}
    </ol>
    ${rest > 0 && html`<p class="quiet">and ${countText(rest, 'more step', 'more steps')}</p>`}`;
}

function item({ sign, text, reason, lines = [], earliestAt }: PlannedStep, now: number): Markup {
  const properties = lines
    .slice(0, mostRows)
    .map((line) => html`<span class="line"><bdi>${cut(line, 400)}</bdi></span>`);
  const later =
    earliestAt !== undefined &&
    earliestAt > now &&
    html`<span class="quiet line"
      >Not before ${instantTime(earliestAt)}, ${relativeText(earliestAt, now)}.</span
    >`;
  return html`<li>
    ${signIcon(sign)}
    <div>
      <span class="hidden">${signWords[sign]}</span><bdi>${cut(text, 400)}</bdi> ${properties}
      <span class="quiet line"><bdi>${cut(reason, 400)}</bdi></span>
      ${later}
    </div>
  </li>`;
}
