/** What `--help` prints. */

export const help = `Keeper keeps Entra client secrets, Key Vault and Nylas connectors in order.

  keeper status [REGISTRATION]   how all is, or one in detail
  keeper plan [REGISTRATION]     what Keeper would do, as a difference; keeper apply FILE does it
  keeper doctor                  is everything there that Keeper needs, and may it do what it must

  keeper rotate REGISTRATION     issue a new credential now, also after a leak
  keeper retire REGISTRATION ID  remove an old credential before it ends
  keeper freeze REGISTRATION     change nothing for a while; keeper thaw REGISTRATION ends it
  keeper resync REGISTRATION     look anew, now

  keeper audit ...               check, export and read the audit log
  keeper config check [FILE]     is this keeper.yaml one to run on? All errors, with line and column
  keeper version                 which build this is

With --data DIR a command works on an embedded run (npm start -- --data DIR), with --local on a new one.
keeper COMMAND --help tells more, with examples.
`;

export const auditHelp = `Check, export and read the audit log.

  keeper audit verify [FOLDER]           does the log hold, and up to where is it proved; of an exported
                                         log, or of the one that the options name
  keeper audit export --out DIR          copy all that is needed to check it later; goes on where it stopped
  keeper audit show REGISTRATION         its story, told from the log
  keeper audit receipt KEY_ID            one file that proves when this credential came and what it replaced
  keeper audit check-receipt FILE        check such a file, with nothing else at hand
  keeper audit checkpoint                make a signed checkpoint now

Which log
  (nothing)            the one that the settings name (KEEPER_STORAGE_ACCOUNT_URL and others), with your own sign-in
  --folder DIR         an exported log; nothing else is needed
  --data DIR           the log of an embedded run with this --data folder, running or not

Options
  --key FILE           trust only this public key (a JSON Web Key, or what 'az keyvault key show' prints);
                       may be given more than once. Without it the keys beside the log are taken, which
                       shows only that log and keys agree
  --world              verify: compare with the credentials that Entra lists now; one that no entry explains
                       is an alarm, one that Keeper only ever saw is listed
  --registration ID    verify: only this registration's chain
  --since T, --until T show: from and up to an instant, such as 2026-11-25 or 2026-11-25T08:00:00Z
  --because WORD       show: only with this cause or reason
  --by WHO             show: only orders by this person, and steps of this worker
  --kind KIND          show: only entries of this kind
  --out PATH           export: the folder; receipt: the file
  --json               for machines

Exit codes: 0 it holds; 1 it does not, or with --key nothing is proved; 2 an argument is wrong, or that is no
log; 3 it, or with --world Entra, could not be read to its end.

Examples
  keeper audit verify
  keeper audit export --out log && keeper audit verify log --key keeper-checkpoint.json
  keeper audit show calendar --since 2026-11-01 --because due
  keeper audit receipt c7b00ad0-c082-4c4d-a824-c5e33b1fef64 --out receipt.json
`;

export const configHelp = `Is a keeper.yaml one to run on?

  keeper config check [FILE]   all errors at once, with line and column; FILE is keeper.yaml unless given

Options
  --json               for machines

Exit codes: 0 no errors; 1 errors; 2 an argument is wrong.

Example
  keeper config check infra/keeper.yaml
`;
