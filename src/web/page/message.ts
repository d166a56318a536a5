/** A page that only says something: an error, or that something is not there. */
import { overviewAddress } from './addresses.ts';
import { documentOf } from './frame.ts';
import { cut, html } from './html.ts';
import type { MessageModel } from './model.ts';

/** The message as a document. */
export function messagePage({
  title,
  text,
  remedy,
  link = { address: overviewAddress, text: 'All registrations' },
}: MessageModel): string {
  const main = html`<div class="verdict">
    <h1>${cut(title, 200)}</h1>
    <p class="lede">${cut(text, 1_000)}</p>
    ${
      remedy !== undefined &&
      html`<div class="call">
        <p><b>What to do</b></p>
        <p>${cut(remedy, 1_000)}</p>
      </div>`
    }
    <div class="actions"><a class="button" href="${link.address}">${link.text}</a></div>
  </div>`;
  return documentOf({ title, main });
}
