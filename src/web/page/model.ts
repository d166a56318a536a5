/** What the pages tell: plain data, gathered by the routes. Pages read no clock and no storage. */
import type { RegistrationStatus } from '../../core/status.ts';
import type { Unmanaged } from '../../reconcile/unmanaged.ts';
import type { BriefStatus, Told } from '../fleet.ts';

/** One registration as the last pass left it: in full, or as much as an overview tells. */
export interface RegistrationGlance<Status extends BriefStatus = RegistrationStatus> {
  /** The name in the file. */
  readonly id: string;
  readonly displayName: string;
  /** `unreadable`: storage does not answer, which is not the same as never looked. */
  readonly status: Told<Status>;
  /** Since when its reason has stood; `null` when nobody knows. */
  readonly sinceAt: number | null;
  /** From when on Keeper renews the credential that serves. */
  readonly renewalAt: number | null;
}

export type BriefGlance = RegistrationGlance<BriefStatus>;

/** The part of a page that does not depend on what it is about. */
export interface PageCircumstances {
  readonly now: number;
  /** The caller holds the role `Keeper.Operate`. */
  readonly mayOperate: boolean;
  /** Errors in the deployed file, one line each. Keeper works by the last good file meanwhile. */
  readonly fileErrors: readonly string[];
  /** What has just happened, such as an order that was taken in. */
  readonly notice?: string;
}

export interface OverviewModel extends PageCircumstances {
  /** All of them, in the order of the file. */
  readonly registrations: readonly BriefGlance[];
  /** Counted from 1; a number that is no page stands for the nearest one. */
  readonly page: number;
  readonly unmanaged: readonly Unmanaged[];
}

/** The life of one credential, as far as the chain knows it. */
export interface CredentialLife {
  readonly issuedAt?: number;
  readonly provedAt?: number;
  /** When it became the one that connectors should hold. */
  readonly promotedAt?: number;
}

/** One step that Keeper would take: add, change, remove, or ask a person. */
export interface PlannedStep {
  readonly sign: '+' | '~' | '-' | '!';
  readonly text: string;
  readonly reason: string;
  /** Properties and what they become, one a line. */
  readonly lines?: readonly string[];
  readonly earliestAt?: number;
}

/** One entry of the audit log, told in words. */
export interface ToldEntry {
  readonly at: number;
  readonly text: string;
}

export interface RegistrationModel extends PageCircumstances {
  readonly registration: RegistrationGlance;
  readonly frozenUntilAt: number | null;
  /** By key id. */
  readonly lives: ReadonlyMap<string, CredentialLife>;
  /** In the order of doing. `null`: no plan was made yet. */
  readonly plan: readonly PlannedStep[] | null;
  /** The newest first. `null`: the log cannot be read just now. */
  readonly entries: readonly ToldEntry[] | null;
}

/** Orders with a consequence: each is confirmed on a page that tells it. */
export type ConfirmedOrder =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'retire'; readonly keyId: string }
  | { readonly kind: 'compromised' };

export interface ConfirmModel extends Omit<PageCircumstances, 'fileErrors'> {
  readonly registration: RegistrationGlance;
  readonly order: ConfirmedOrder;
  /** Why the form that was sent is not taken; it is shown again. */
  readonly fault?: string;
}

/** A page that only says something. */
export interface MessageModel {
  readonly title: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Where to go on; the overview, unless it says otherwise. */
  readonly link?: { readonly address: string; readonly text: string };
}
