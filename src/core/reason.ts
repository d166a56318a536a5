/**
 * The one vocabulary of reasons, from the planner to the chain, the page, alerts and the runbook.
 * Each says what it means and, where a person is needed, what to do.
 */

/** What a registration's state means for its reader. */
export type State = 'healthy' | 'waiting' | 'needs-person';

interface Meaning {
  readonly state: State;
  /** One sentence for a person. */
  readonly means: string;
  /** What to do; only where a person is needed. */
  readonly remedy?: string;
}

export const reasons = {
  settled: { state: 'healthy', means: 'All is as the file says.' },
  'old-credential-ending': {
    state: 'healthy',
    means: 'All connectors hold the new credential; the old one stays until it ends.',
  },
  'credential-serves': {
    state: 'healthy',
    means: 'An order to retire was refused: connectors hold this credential.',
  },
  'ends-too-early': {
    state: 'healthy',
    means:
      'An order to rotate was refused: a new credential would end before the one that serves, and Keeper never switches to such a one.',
  },
  'credential-unknown': {
    state: 'healthy',
    means:
      'An order was refused: it names a credential that this registration has never had, as far as Keeper can see.',
  },
  'not-looked-yet': { state: 'waiting', means: 'Keeper has not looked at it yet.' },
  working: { state: 'waiting', means: 'Steps remain; the next pass goes on.' },
  replicating: { state: 'waiting', means: 'Entra has not shown the last write everywhere yet.' },
  settling: {
    state: 'waiting',
    means: 'The new credential is proven, and gets a day to reach every Microsoft server.',
  },
  'not-accepted-yet': { state: 'waiting', means: 'Entra does not accept the new credential yet.' },
  'push-in-doubt': {
    state: 'waiting',
    means: 'A connector update got no clear answer; it is sent again once it cannot land late.',
  },
  'add-in-doubt': {
    state: 'waiting',
    means: 'Adding a credential got no clear answer; Keeper waits until it would have shown.',
  },
  'somebody-working': { state: 'waiting', means: 'Another worker has begun a step.' },
  unreachable: { state: 'waiting', means: 'A vendor does not answer, or answers with a failure.' },
  throttled: { state: 'waiting', means: 'A vendor asks Keeper to slow down.' },
  'backing-off': { state: 'waiting', means: 'A step failed; it is tried again later.' },
  'switch-limit': { state: 'waiting', means: 'This hour has seen enough switches in the fleet.' },
  frozen: { state: 'waiting', means: 'An operator asked Keeper to change nothing.' },
  'secrets-forbidden': {
    state: 'needs-person',
    means: 'A policy of the tenant forbids client secrets on this registration.',
    remedy:
      'Ask the tenant administrator to exempt this registration from the application management policy (passwordAddition), for instance by an appManagementPolicy of its own.',
  },
  'policy-refused': {
    state: 'needs-person',
    means: 'A policy of the tenant refuses what the file asks for.',
    remedy: 'Change the audience in keeper.yaml, or ask the tenant administrator for an exemption.',
  },
  'graph-denied': {
    state: 'needs-person',
    means: 'Microsoft Graph does not let Keeper read or change this registration.',
    remedy:
      "Grant Application.ReadWrite.OwnedBy to Keeper's identity and make it an owner of the registration.",
  },
  'vault-denied': {
    state: 'needs-person',
    means: 'Key Vault does not let Keeper read or write the secret.',
    remedy: "Give Keeper's identity the role Key Vault Secrets Officer on the vault.",
  },
  'nylas-denied': {
    state: 'needs-person',
    means: 'Nylas refuses the API key.',
    remedy: 'Put a valid API key of this application and region into its vault secret.',
  },
  'api-key-missing': {
    state: 'needs-person',
    means:
      'The vault secret that should hold the Nylas API key is missing, disabled, or holds no API key.',
    remedy: 'Store the API key under the name that keeper.yaml gives.',
  },
  'wrong-application': {
    state: 'needs-person',
    means: 'The API key belongs to another Nylas application or region than the file names.',
    remedy: 'Correct applicationId, region or apiKeySecret in keeper.yaml.',
  },
  'registration-lost': {
    state: 'needs-person',
    means: 'The registration existed and is gone; a new one would make every user sign in again.',
    remedy:
      'Restore it in Entra (App registrations, Deleted applications) within 30 days; else name another by appId under a new id.',
  },
  'registration-deleted': {
    state: 'needs-person',
    means: "The registration is in the directory's deleted items.",
    remedy: 'Restore it in Entra: App registrations, Deleted applications.',
  },
  'registration-not-found': {
    state: 'needs-person',
    means: 'The appId in the file names no registration that Keeper can see.',
    remedy: 'Correct appId in keeper.yaml, or remove it to let Keeper create a registration.',
  },
  'registration-replaced': {
    state: 'needs-person',
    means: 'Another registration stands, or is named by the file, where the known one was.',
    remedy: 'Put the client id that is to be served into keeper.yaml as appId under a new id.',
  },
  'service-principal-disabled': {
    state: 'needs-person',
    means: "The registration's service principal is disabled, so no secret of it works.",
    remedy: 'Enable sign-in for it in Entra: Enterprise applications, Properties.',
  },
  'legacy-permissions': {
    state: 'needs-person',
    means: 'EWS, EAS, IMAP or POP permissions are left from Nylas v2; they break the registration.',
    remedy: 'Remove them in Entra, or add `owns: [permissions]` in keeper.yaml.',
  },
  'credential-elsewhere': {
    state: 'needs-person',
    means:
      'An order names a credential of the service principal, which is out of reach of what Keeper may remove.',
    remedy:
      'Remove it yourself: az ad sp credential delete --id <client id> --key-id <key id>. The order ends then.',
  },
  'slots-full': {
    state: 'needs-person',
    means: 'Both secrets of the registration are taken, and Keeper may remove neither.',
    remedy: 'Remove the one that nobody uses in Entra: Certificates & secrets.',
  },
  'ambiguous-orphans': {
    state: 'needs-person',
    means: 'Several credentials could be the one from an interrupted step.',
    remedy: 'Remove those that nobody uses in Entra: Certificates & secrets.',
  },
  'never-accepted': {
    state: 'needs-person',
    means: 'Entra refused several new credentials, or has accepted none of them for a day.',
    remedy: "Check the registration's service principal and the tenant's sign-in policies.",
  },
  'secret-lost': {
    state: 'needs-person',
    means: 'The vault secret existed and is gone.',
    remedy:
      'Recover it in Key Vault: Secrets, Manage deleted secrets. If it was purged, order a rotation.',
  },
  'vault-contested': {
    state: 'needs-person',
    means:
      'Somebody else goes on writing versions of the vault secret; Keeper has put its own back three times within a day.',
    remedy:
      'Stop the pipeline or person that writes there; every version is kept, and too many of them cannot be read any more.',
  },
  'connector-lost': {
    state: 'needs-person',
    means: 'The connector existed and is gone, and its grants with it.',
    remedy: 'Create it again in the Nylas dashboard, or remove it from keeper.yaml.',
  },
  'connector-foreign': {
    state: 'needs-person',
    means: 'The connector holds another client id; changing it makes its users sign in again.',
    remedy: 'Name that client id as appId, or accept the consequence with `takeOver: true`.',
  },
  'connector-unconfirmed': {
    state: 'needs-person',
    means: 'Nylas does not tell whose client id the connector holds, and Keeper never set it.',
    remedy: 'Check it in the Nylas dashboard, then set `takeOver: true` on the connector.',
  },
  'connector-differs': {
    state: 'needs-person',
    means:
      'Name, tenant or scopes of the connector are not as the file says, although Keeper has just set them.',
    remedy:
      'See who else changes the connector; or write into keeper.yaml what Nylas shows, if Nylas does not take the change.',
  },
  'grants-failing': {
    state: 'needs-person',
    means: 'More grants have become invalid since the last switch than users alone account for.',
    remedy:
      'Let the users of these grants sign in again. The old credential stays until it ends; order no retirement before.',
  },
  'record-missing': {
    state: 'needs-person',
    means: 'A credential record that the file names does not exist at Nylas.',
    remedy: 'Correct `records` of the connector in keeper.yaml.',
  },
  'directory-quota': {
    state: 'needs-person',
    means: "A quota of the directory is used up (250 objects for Keeper's identity).",
    remedy:
      'Purge deleted registrations, or give the identity a role that may create without quota.',
  },
  'request-refused': {
    state: 'needs-person',
    means: 'A vendor refuses a request as wrong; repeating it would not help.',
    remedy: 'See the code in the audit entry; correct keeper.yaml or report a defect of Keeper.',
  },
  'connector-down': {
    state: 'needs-person',
    means: 'A connector has no working credential; Keeper gives it one as soon as it can.',
    remedy: 'See what else stands for this registration: that is what Keeper waits for.',
  },
  'time-short': {
    state: 'needs-person',
    means:
      'A credential that connectors hold ends within 72 hours, and none could take its place yet.',
    remedy: 'See what else stands for this registration, and mend it before the end.',
  },
  'serving-unproven': {
    state: 'needs-person',
    means:
      'Connectors were switched to a credential that Entra has not accepted yet: time was short.',
    remedy:
      'See that Entra answers, and that users can sign in; Keeper goes on trying to prove it.',
  },
  'removed-secret-works': {
    state: 'needs-person',
    means: 'A removed secret is still accepted by Entra.',
    remedy: "Look for the same secret on the registration's service principal.",
  },
} as const satisfies Record<string, Meaning>;

export type Reason = keyof typeof reasons;

/** What a reason means. */
export function meaningOf(reason: Reason): Meaning {
  return reasons[reason];
}
