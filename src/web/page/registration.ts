/** The page of one registration: how it is, its credentials, its connectors, and what comes next. */
import type { CredentialStatus, RegistrationStatus } from '../../core/status.ts';
import { confirmAddress, overviewAddress } from './addresses.ts';
import { conditionOf, conditionWords, statusOfGlance } from './condition.ts';
import { connectorsSection } from './connectors.ts';
import { documentOf } from './frame.ts';
import { cut, foreign, html, type Markup } from './html.ts';
import type { RegistrationModel, ToldEntry } from './model.ts';
import { registrationVerdict } from './registration-verdict.ts';
import { stepList } from './steps.ts';
import { timeline } from './timeline.ts';
import { instantTime, relativeText, relativeTime, shortId } from './words.ts';

/** Rows of one list; the rest is counted. */
const mostRows = 100;

/** The page of one registration as a document. */
export function registrationPage(model: RegistrationModel): string {
  const { registration, now, mayOperate } = model;
  const status = statusOfGlance(registration);
  const main = html`
    <nav class="trail" aria-label="Where you are">
      <a href="${overviewAddress}">All registrations</a>
    </nav>
    ${registrationVerdict(model)} ${status && facts(status, model)}
    ${status && credentials(status, model)} ${status && connectorsSection(status, now)}
    ${planned(model)} ${audit(model)}
  `;
  const condition = conditionWords[conditionOf(registration, now)];
  return documentOf({ title: `${registration.id}: ${condition}`, main, now, mayOperate });
}

function facts(status: RegistrationStatus, { now, registration }: RegistrationModel): Markup {
  const { credential, appId, lookedAt, nextLookAt } = status;
  const next =
    nextLookAt > now ? html`${relativeText(nextLookAt, now)} at the latest` : html`due now`;
  const ends = credential
    ? html`${relativeText(credential.expiresAt, now)}
        <span class="quiet">${instantTime(credential.expiresAt)}</span>`
    : html`there is none yet`;
  const { renewalAt } = registration;
  const renewal =
    renewalAt !== null &&
    html`<div>
      <dt>${renewalAt > now ? 'Keeper renews it' : 'Its renewal was due'}</dt>
      <dd>${relativeText(renewalAt, now)} <span class="quiet">${instantTime(renewalAt)}</span></dd>
    </div>`;
  return html`<section class="panel" aria-label="In short">
    <dl class="facts">
      <div>
        <dt>The credential in use ends</dt>
        <dd>${ends}</dd>
      </div>
      ${renewal}
      <div>
        <dt>Last look</dt>
        <dd>${relativeText(lookedAt, now)} <span class="quiet">${instantTime(lookedAt)}</span></dd>
      </div>
      <div>
        <dt>Next look</dt>
        <dd>${next} <span class="quiet">${instantTime(nextLookAt)}</span></dd>
      </div>
      <div>
        <dt>Client id</dt>
        <dd>${appId === null ? 'not known yet' : html`<code>${foreign(appId)}</code>`}</dd>
      </div>
    </dl>
  </section>`;
}

function credentials(status: RegistrationStatus, model: RegistrationModel): Markup {
  const { now, lives, registration, mayOperate } = model;
  const shown = { ...status, credentials: status.credentials.slice(0, mostRows) };
  const orderFor = (credential: CredentialStatus) => {
    const { keyId } = credential;
    return (
      mayOperate &&
      mayBeRetired(credential) &&
      html`<a href="${confirmAddress(registration.id, { kind: 'retire', keyId })}"
        >Retire<span class="hidden"> credential ${shortId(keyId)}</span>…</a
      >`
    );
  };
  const { renewalAt } = registration;
  return html`<section class="panel" aria-labelledby="credentials">
    <h2 id="credentials">Credentials</h2>
    ${
      shown.credentials.length === 0
        ? html`<p>Entra lists none yet. Keeper issues the first one by itself.</p>`
        : timeline({ now, status: shown, renewalAt, lives, orderFor })
    }
  </section>`;
}

/** What serves or will serve is refused; what stands on the service principal Keeper never touches. */
function mayBeRetired({ role, place }: CredentialStatus): boolean {
  return role === 'old' || (role === 'foreign' && place === 'application');
}

function planned({ plan, now, registration }: RegistrationModel): Markup {
  const status = statusOfGlance(registration);
  const wake =
    status &&
    html`<p class="quiet">
      ${
        status.nextLookAt > now
          ? html`Keeper wakes ${relativeTime(status.nextLookAt, now)} at the latest, and looks
            again.`
          : html`Keeper is due to look again now.`
      }
    </p>`;
  return html`<section class="panel" aria-labelledby="plan">
    <h2 id="plan">What Keeper does next</h2>
    ${steps(plan, now)} ${wake}
  </section>`;
}

function steps(plan: RegistrationModel['plan'], now: number): Markup {
  if (plan === null) return html`<p>Nobody knows yet: Keeper makes its plan when it looks.</p>`;
  return stepList(plan, now);
}

function audit({ entries, now }: RegistrationModel): Markup {
  return html`<section class="panel" aria-labelledby="audit">
    <h2 id="audit">Latest in the audit log</h2>
    ${auditBody(entries, now)}
  </section>`;
}

function auditBody(entries: readonly ToldEntry[] | null, now: number): Markup {
  if (entries === null) return html`<p>The audit log cannot be read just now.</p>`;
  if (entries.length === 0) return html`<p>Nothing has been written yet.</p>`;
  const items = entries.slice(0, mostRows).map(
    ({ at, text }) =>
      html`<li>
        <span class="quiet">${instantTime(at)}<br />${relativeText(at, now)}</span>
        <span><bdi>${cut(text, 500)}</bdi></span>
      </li>`,
  );
  return html`<ol class="entries">
    ${items}
  </ol>`;
}
