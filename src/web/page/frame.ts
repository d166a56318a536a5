/** What all pages share: the document, its landmarks, and what stands above the first heading. */
import { overviewAddress } from './addresses.ts';
import { countText, instantTime } from './words.ts';
import { cut, html, Markup, type Content } from './html.ts';
import { conditionIcon, mark } from './icons.ts';
import type { PageCircumstances } from './model.ts';
import { style } from './style.ts';

export interface Page {
  /** For tabs and bookmarks. */
  readonly title: string;
  readonly main: Markup;
  /** Absent on a page that only says something. */
  readonly now?: number;
  readonly mayOperate?: boolean;
}

/** File errors that a page lists; the command line tells all of them. */
const fileErrorsShown = 10;

/** The whole document. */
export function documentOf({ title, main, now, mayOperate }: Page): string {
  const asOf = now !== undefined && html`<span class="quiet">As of ${instantTime(now)}</span>`;
  const role =
    mayOperate !== undefined &&
    html`<p>
      ${mayOperate ? 'You may read, and give orders.' : 'You may read. Orders need the role Keeper.Operate.'}
    </p>`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${cut(title, 100)} · Keeper</title>
        ${Markup.style(style)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <div class="wide">
            <a class="brand" href="${overviewAddress}">${mark}Keeper</a>${asOf}
          </div>
        </header>
        <main id="main" class="wide" tabindex="-1">${main}</main>
        <footer class="bottom">
          <div class="wide">
            <p>
              These pages tell what Keeper last saw and did; opening them asks no vendor. All times
              are UTC. Reload to see it anew.
            </p>
            ${role}
          </div>
        </footer>
      </body>
    </html> `;
  return page.toString();
}

/** What has just happened, and what is wrong with the file. */
export function notices({ notice, fileErrors }: Partial<PageCircumstances>): Content {
  const happened =
    notice !== undefined && html`<div class="note" role="status"><p>${cut(notice, 400)}</p></div>`;
  return [html`${happened}`, html`${fileErrors && fileNotice(fileErrors)}`];
}

function fileNotice(errors: readonly string[]): Content {
  if (errors.length === 0) return null;
  const rest = errors.length - fileErrorsShown;
  const lines = errors
    .slice(0, fileErrorsShown)
    .map((error) => html`<li><bdi>${cut(error, 400)}</bdi></li>`);
  return html`<div class="note bad silent">
    <p>
      ${conditionIcon('silent')}
      <strong>keeper.yaml has ${countText(errors.length, 'error')}.</strong>
      Keeper works by the last good file until they are corrected and deployed.
    </p>
    <ul>
      ${lines}${rest > 0 && html`<li>and ${rest} more</li>`}
    </ul>
  </div>`;
}
