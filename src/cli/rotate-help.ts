/** What `--help` prints for commands that order something. */
import { worldHelp } from './options.ts';

const orderHelp = `${worldHelp}
Orders go through Keeper's API, which verifies who asks: KEEPER_PUBLIC_URL and KEEPER_AUDIENCE must be set,
and you need the role Keeper.Operate. In an embedded run the demonstration's operator asks.

Options
  --yes                do not ask for confirmation
  --wait               wait for what comes of it, and tell progress on stderr
  --wait-minutes N     wait so long at the most (30 unless given); Keeper goes on afterwards all the same
  --json               for machines

Exit codes: 0 ordered, with --wait: done; 1 refused, or not confirmed; 2 an argument is wrong;
3 it is not known whether it was ordered, or no answer came in time.`;

export const rotateHelp = `Issue a new credential now.

  keeper rotate REGISTRATION --reason TEXT
  keeper rotate REGISTRATION --compromised KEY_ID... --accept-ended-grants [--remove-at T]
  keeper rotate REGISTRATION --all --accept-ended-grants [--remove-at T]

  --reason TEXT           why; it goes into the audit log. Connectors are switched after a day of rest
  --compromised KEY_ID    this credential has leaked; may be given more than once, or with several ids
  --all                   all of Keeper's own credentials of the registration have leaked
  --remove-at T           when leaked ones are removed at the latest: an instant such as 2026-11-25T08:00:00Z,
                          or a time from now such as 4h (the default) or 2d; 7 days at the most
  --accept-ended-grants   you accept that users of connectors which cannot be moved in time must sign in again

${orderHelp}

Examples
  keeper rotate calendar --reason "audit finding 12"
  keeper rotate calendar --compromised c7b00ad0-c082-4c4d-a824-c5e33b1fef64 --accept-ended-grants --wait
  keeper rotate calendar --all --remove-at 1h --accept-ended-grants --yes --json
`;

export const retireHelp = `Remove an old credential before it ends. The one that connectors hold is refused.

  keeper retire REGISTRATION KEY_ID

${orderHelp}

Example
  keeper retire calendar c7b00ad0-c082-4c4d-a824-c5e33b1fef64 --wait
`;

export const freezeHelp = `Let Keeper change nothing for a while. It goes on looking and telling.

  keeper freeze REGISTRATION --until T

  --until T            an instant such as 2026-12-24T00:00:00Z, or a time from now such as 12h or 7d; 90 days
                       at the most. It ends by itself 14 days before the secret does

${orderHelp}

Example
  keeper freeze calendar --until 7d
`;

export const thawHelp = `End a freeze.

  keeper thaw REGISTRATION

${orderHelp}

Example
  keeper thaw calendar
`;

export const resyncHelp = `Let Keeper look anew, now, and forget its back-off.

  keeper resync REGISTRATION
  keeper resync --all

  --plan-only          only tell what would be done; nothing is changed

${orderHelp}

Examples
  keeper resync calendar --wait
  keeper resync --all --plan-only --wait --json
`;
