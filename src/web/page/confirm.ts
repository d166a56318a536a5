/** The page before an order with a consequence: it tells what will happen, and takes the order. */
import { dayMs } from '../../core/limits.ts';
import type { CredentialStatus } from '../../core/status.ts';
import { ordersAddress, registrationAddress } from './addresses.ts';
import { statusOfGlance } from './condition.ts';
import { documentOf, notices } from './frame.ts';
import { cut, foreign, html, type Content, type Markup } from './html.ts';
import type { ConfirmModel, RegistrationGlance } from './model.ts';
import { countText, instantTime, relativeText, relativeTime, shortId } from './words.ts';

/** What one order asks, tells and takes. */
interface Question {
  readonly title: string;
  /** What will happen, one thing an item. */
  readonly happens: readonly Content[];
  /** Absent where the order would be refused. */
  readonly form?: {
    readonly fields: Content;
    readonly button: string;
    readonly isGrave: boolean;
  };
}

/** The confirmation of an order as a document. */
export function confirmPage(model: ConfirmModel): string {
  const { registration, order, now, mayOperate, fault } = model;
  const question = questionOf(model);
  const back = registrationAddress(registration.id);
  const wrong =
    fault !== undefined &&
    html`<div class="note bad" role="alert">
      <p><strong>Not taken.</strong> ${cut(fault, 400)}</p>
    </div>`;
  const form =
    question.form &&
    html`<form method="post" action="${ordersAddress(registration.id)}">
      <input type="hidden" name="kind" value="${order.kind}" />
      ${question.form.fields}
      <div class="actions">
        <button class="${question.form.isGrave ? 'grave' : 'main'}" type="submit">
          ${question.form.button}
        </button>
        <a class="button" href="${back}">Back, change nothing</a>
      </div>
    </form>`;
  const main = html`
    <nav class="trail" aria-label="Where you are">
      <a href="${back}">Back to ${foreign(registration.id)}</a>
    </nav>
    <div class="verdict">
      <h1>${question.title}</h1>
      <p class="lede quiet">Registration <strong>${foreign(registration.id)}</strong></p>
      ${wrong} ${notices(model)}
    </div>
    <section class="panel" aria-labelledby="happens">
      <h2 id="happens">What will happen</h2>
      <ul class="happens">
        ${question.happens.map((one) => html`<li>${one}</li>`)}
      </ul>
      ${mayOperate ? form : html`<p>Orders need the role Keeper.Operate.</p>`}
    </section>
  `;
  return documentOf({ title: question.title, main, now, mayOperate });
}

function questionOf(model: ConfirmModel): Question {
  switch (model.order.kind) {
    case 'rotate':
      return rotation(model);
    case 'freeze':
      return freeze(model);
    case 'retire':
      return retirement(model, model.order.keyId);
    case 'compromised':
      return leak(model);
  }
}

function rotation({ registration, now }: ConfirmModel): Question {
  const credential = statusOfGlance(registration)?.credential;
  return {
    title: 'Issue a new credential now?',
    happens: [
      'Keeper adds a new credential in Entra, proves that it works, and lets it rest for a day so that it reaches every Microsoft server.',
      `Then it gives the new one to ${connectorsText(registration)}, one after another.`,
      credential
        ? html`The one in use now stays valid until it ends,
          ${relativeTime(credential.expiresAt, now)}. Nobody has to sign in again.`
        : 'Nobody has to sign in again.',
      'A registration for personal accounts has room for two credentials: until the old one has ended or is retired, no further one can be issued.',
    ],
    form: {
      fields: html`<div class="field">
        <label for="reason">Why?</label>
        <span class="quiet" id="reason-note">A few words; they go into the audit log.</span>
        <input
          id="reason"
          name="reason"
          type="text"
          maxlength="200"
          required
          aria-describedby="reason-note"
          autocomplete="off"
        />
      </div>`,
      button: 'Rotate now',
      isGrave: false,
    },
  };
}

const freezeDays = [1, 7, 30] as const;

function freeze({ now }: ConfirmModel): Question {
  const choices = freezeDays.map((days, index) => {
    const untilAt = now + days * dayMs;
    return html`<label class="choice"
      ><input
        type="radio"
        name="until"
        value="${new Date(untilAt).toISOString()}"
        required
        ${index === 0 ? html`checked` : null}
      /><span
        >${countText(days, 'day')} <span class="quiet">until ${instantTime(untilAt)}</span></span
      ></label
    >`;
  });
  return {
    title: 'Change nothing for a while?',
    happens: [
      'Keeper goes on looking and telling, but changes nothing at Entra, Key Vault or Nylas.',
      'Nothing breaks by it at first: what is in use stays in use. Renewals wait.',
      'The freeze ends by itself at the time below, and in any case 14 days before the credential in use ends. You can end it sooner.',
    ],
    form: {
      fields: html`<fieldset class="field">
        <legend>For how long?</legend>
        ${choices}
      </fieldset>`,
      button: 'Freeze',
      isGrave: false,
    },
  };
}

function retirement({ registration, now }: ConfirmModel, keyId: string): Question {
  const status = statusOfGlance(registration);
  const credential = status?.credentials.find((one) => one.keyId === keyId);
  const title = 'Retire this credential?';
  if (!status || !credential) {
    return { title, happens: ['Nothing: Entra lists no such credential for this registration.'] };
  }
  const holders = status.connectors.filter((one) => one.keyId === keyId).length;
  if (credential.role === 'serving' || holders > 0) {
    const held = `${countText(holders, 'connector')} ${holders === 1 ? 'holds' : 'hold'} it`;
    const by = credential.role === 'serving' ? 'it is the one in use' : held;
    return { title, happens: [`Nothing: ${by}, so Keeper would refuse. Rotate first.`] };
  }
  if (credential.place === 'service-principal') {
    return {
      title,
      happens: ['Nothing: it stands on the service principal, and Keeper leaves it.'],
    };
  }
  const removes = html`Keeper removes credential <code>${foreign(shortId(keyId))}</code> from Entra.
    It would have ended ${relativeTime(credential.expiresAt, now)}.`;
  const refuses = 'If a connector turns out to hold it, Keeper refuses and changes nothing.';
  return {
    title,
    happens:
      credential.role === 'foreign'
        ? [
            removes,
            'Keeper did not make it, and does not know who uses it: whoever does loses access at once. Find that out first, in the sign-in log of the service principal in Entra.',
            'This cannot be undone. Keeper never had its text, so nobody can try whether it is gone but by asking Entra.',
            refuses,
          ]
        : [
            removes,
            'This cannot be undone. Whoever still uses it outside Keeper’s connectors loses access at once.',
            'Keeper then tries the removed secret, to be sure that it no longer works.',
            refuses,
          ],
    form: {
      fields: html`<input type="hidden" name="keyId" value="${keyId}" />`,
      button: 'Retire it',
      isGrave: true,
    },
  };
}

function leak({ registration, now }: ConfirmModel): Question {
  const listed = statusOfGlance(registration)?.credentials ?? [];
  const choices = listed.slice(0, 100).map((one) => leakChoice(one, now));
  return {
    title: 'Has a secret leaked?',
    happens: [
      `Keeper moves ${connectorsText(registration)} to a credential that has not leaked; it issues one if need be.`,
      'Then it removes the leaked ones from Entra: in 4 hours at the latest, also if a connector could not be moved by then.',
      'Users of a connector that could not be moved in time must sign in again.',
      'This cannot be undone.',
    ],
    form: {
      fields: html`<fieldset class="field">
          <legend>Which ones?</legend>
          <span class="quiet">None chosen means: all that Keeper made.</span>${choices}
        </fieldset>
        <div class="field">
          <label class="choice"
            ><input type="checkbox" name="endGrants" value="accept" required /><span
              >I accept that users may have to sign in again.</span
            ></label
          >
        </div>`,
      button: 'Remove what leaked',
      isGrave: true,
    },
  };
}

function leakChoice({ keyId, role, expiresAt }: CredentialStatus, now: number): Markup {
  return html`<label class="choice"
    ><input type="checkbox" name="keyIds" value="${keyId}" /><span
      ><code>${foreign(shortId(keyId))}</code> ${roleNotes[role]}
      <span class="quiet">ends ${relativeText(expiresAt, now)}</span></span
    ></label
  >`;
}

const roleNotes: Readonly<Record<CredentialStatus['role'], string>> = {
  serving: 'in use',
  next: 'next',
  old: 'replaced, still valid',
  foreign: 'not made by Keeper',
};

function connectorsText(registration: RegistrationGlance): string {
  const count = statusOfGlance(registration)?.connectors.length;
  return count === undefined ? 'its connectors' : countText(count, 'connector');
}
