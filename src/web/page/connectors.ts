/** The connectors of a registration: what each holds, since when, and how its users fare. */
import type { ConnectorStatus, CredentialStatus, RegistrationStatus } from '../../core/status.ts';
import { foreign, html, type Markup } from './html.ts';
import { conditionIcon } from './icons.ts';
import { dayTime, numberText, relativeText, shortId } from './words.ts';

/** Rows of the table; the rest is counted. */
const mostRows = 100;

/** What connectors hold. */
export function connectorsSection(status: RegistrationStatus, now: number): Markup {
  const shown = status.connectors.slice(0, mostRows);
  const rest = status.connectors.length - shown.length;
  if (shown.length === 0) {
    return html`<section aria-labelledby="connectors">
      <h2 id="connectors">Connectors</h2>
      <p>keeper.yaml names none for this registration.</p>
    </section>`;
  }
  return html`<section aria-labelledby="connectors">
    <h2 id="connectors">Connectors</h2>
    <table role="table">
      <caption class="hidden">
        Connectors: what each holds, since when, and its users
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Connector</th>
          <th role="columnheader" scope="col">Holds</th>
          <th role="columnheader" scope="col">Since</th>
          <th role="columnheader" scope="col">Users</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.map((one) => connectorRow(one, status, now))}
      </tbody>
    </table>
    ${rest > 0 && html`<p class="quiet">and ${numberText(rest)} more</p>`}
  </section>`;
}

function connectorRow(one: ConnectorStatus, status: RegistrationStatus, now: number): Markup {
  const { id, clientId, switchedAt, grants } = one;
  const isOther = clientId !== null && status.appId !== null && clientId !== status.appId;
  const client =
    isOther &&
    html`<span class="quiet"
      ><strong>another client id:</strong> <code>${foreign(clientId)}</code></span
    >`;
  const since =
    switchedAt === null
      ? html`<span>not known</span>`
      : html`<span
          >${dayTime(switchedAt)} <span class="quiet">${relativeText(switchedAt, now)}</span></span
        >`;
  return html`<tr role="row">
    <th role="rowheader" scope="row">${foreign(id)}</th>
    <td role="cell" data-label="Holds"><span>${holding(one, status)}${client}</span></td>
    <td role="cell" data-label="Since">${since}</td>
    <td role="cell" data-label="Users">
      ${grants === null ? html`<span>not counted yet</span>` : users(grants)}
    </td>
  </tr>`;
}

const others: Readonly<Record<CredentialStatus['role'], string>> = {
  serving: 'the one in use',
  next: 'the next one',
  old: 'the replaced one',
  foreign: 'one that Keeper did not make',
};

function holding({ keyId }: ConnectorStatus, status: RegistrationStatus): Markup {
  if (keyId === null) return html`not known for certain`;
  const code = html`<code title="${keyId}">${shortId(keyId)}</code>`;
  if (keyId === status.credential?.keyId) {
    return html`<span class="state well">${conditionIcon('well')}the one in use</span> ${code}`;
  }
  const role = status.credentials.find((one) => one.keyId === keyId)?.role;
  const words = role === undefined ? 'one that Entra no longer lists' : others[role];
  return html`<span class="state waiting">${conditionIcon('waiting')}${words}</span> ${code}`;
}

function users({ total, invalid }: { readonly total: number; readonly invalid: number }): Markup {
  const rest =
    invalid === 0
      ? html`<span class="quiet">all signed in</span>`
      : html`<span class="quiet">${numberText(invalid)} must sign in again</span>`;
  return html`<span>${numberText(total)} ${total > 0 && rest}</span>`;
}
