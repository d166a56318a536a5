/** The shapes that tell a state without colour. Drawn, since no font is sure to have them. */
import { html, type Markup } from './html.ts';
import type { Condition } from './condition.ts';

const shapes: Readonly<Record<Condition, Markup>> = {
  well: html`<circle cx="12" cy="12" r="9" /><path d="m8 12.5 2.7 2.7L16 9.6" />`,
  waiting: html`<circle cx="12" cy="12" r="9" /><path d="M12 7.2V12l3.2 2" />`,
  'needs-you': html`<path d="M12 3.8 21.2 20H2.8Z" /><path d="M12 10v4.6m0 2.4v.1" />`,
  silent: html`<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2Z" /><path d="M8 12h8" />`,
  unknown: html`<circle cx="12" cy="12" r="9" stroke-dasharray="3 2.65" />
    <path d="M9.8 9.6a2.3 2.3 0 1 1 3.3 2.2c-.8.4-1.1.9-1.1 1.7m0 2.7v.1" />`,
};

/** The shape of a condition. Words stand beside it, so it says nothing to a screen reader. */
export function conditionIcon(condition: Condition): Markup {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${shapes[condition]}
  </svg>`;
}

const signs: Readonly<Record<'+' | '~' | '-' | '!', Markup>> = {
  '+': html`<path d="M12 5v14M5 12h14" />`,
  '~': html`<path d="M4 9h13l-3.5-3.5M20 15H7l3.5 3.5" />`,
  '-': html`<path d="M5 12h14" />`,
  '!': html`<path d="M12 4v10m0 5v.2" />`,
};

/** The shape of a planned step. */
export function signIcon(sign: '+' | '~' | '-' | '!'): Markup {
  return html`<svg class="icon small" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${signs[sign]}
  </svg>`;
}

/** Keeper's mark: a key whose ring is a clock. */
export const mark: Markup = html`<svg
  class="icon"
  viewBox="0 0 24 24"
  aria-hidden="true"
  focusable="false"
>
  <circle cx="8.5" cy="12" r="5.5" />
  <path d="M8.5 9.4V12l1.7 1.2M14 12h7.2v3.4M17.6 12v2.6" />
</svg>`;
