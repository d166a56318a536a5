/** `keeper audit verify`: does the log hold, up to where, and if not, what is wrong. */
import { accounting, type Accounted } from '../audit/explained.ts';
import { thumbprintOf } from '../audit/key-file.ts';
import { reviewLog } from '../audit/review.ts';
import type { KeyOf } from '../audit/review-statements.ts';
import type { ChainVerdict, LogVerdict, StatementFault } from '../audit/verdict.ts';
import { againstWorld, type Compared, type WorldFinding } from './audit-world.ts';
import { harmless } from '../audit/plain-text.ts';
import { openLog, trustedKeys, type LogOpeners } from './log-place.ts';
import { counted, exit, json, painted, UsageError, type Terminal } from './terminal.ts';

export interface VerifyOptions {
  readonly folder?: string;
  readonly local?: string;
  readonly keys: readonly string[];
  readonly registration?: string;
  /** Compare with what Entra lists now. */
  readonly world: boolean;
  readonly json: boolean;
}

/** Gives the exit code. @throws UsageError */
export async function auditVerify(
  terminal: Terminal,
  openers: LogOpeners,
  options: VerifyOptions,
): Promise<number> {
  const log = await openLog(openers, options);
  try {
    const { keyOf, given } = await trustedKeys(log.files, options.keys);
    const { registration } = options;
    const { listing } = log;
    if (options.world && !listing) {
      throw new UsageError('--world: Entra can only be asked for the log that the settings name.');
    }
    const accounts = options.world ? new Map<string, Accounted>() : undefined;
    const verdict = await reviewLog({
      files: log.files,
      keyOf,
      ...(registration === undefined ? {} : { registration }),
      ...(accounts ? { visit: (name, entry) => accountOf(accounts, name).take(entry) } : {}),
      progress: (done, total) => {
        if (done % 500 === 0) terminal.err(`${done} of ${total} chains\n`);
      },
    });
    if (!verdict.ok) {
      const { kind, vendor } = verdict.fault;
      terminal.err(`keeper: the log cannot be read to its end: ${vendor} ${kind}\n`);
      return exit.unknown;
    }
    const { value } = verdict;
    if (registration !== undefined && value.chains.length === 0) {
      terminal.err(`keeper: the log has no chain of ${registration}\n`);
      return exit.usage;
    }
    if (isNoLog(value)) {
      terminal.err(`keeper: ${log.where}: is no log: it has neither a chain nor a checkpoint\n`);
      return exit.usage;
    }
    // A chain without a good line has not been visited, and is to be told all the same.
    if (accounts) for (const one of value.chains) accountOf(accounts, one.registration);
    const world = accounts && listing ? await againstWorld(listing, accounts) : undefined;
    const isPinned = given.length > 0;
    const isUnproved = isPinned && value.statements.good === 0;
    const code = exitOf(value, isUnproved, world);
    const thumbprints = await thumbprintsOf(value.statements.keys, keyOf);
    if (options.json)
      terminal.out(
        json({
          ...value,
          ok: code === exit.fine,
          ...(world ? { world: world.findings, notCompared: world.notCompared } : {}),
          pinned: isPinned,
          thumbprints,
        }),
      );
    else
      terminal.out(
        report(terminal, value, { where: log.where, thumbprints, pinned: isPinned, isUnproved }),
      );
    if (!options.json && world) terminal.out(worldReport(terminal, world));
    return code;
  } finally {
    await log.close();
  }
}

/** True where nothing of a log was found, so that nothing can be said of one. */
function isNoLog({ chains, statements }: LogVerdict): boolean {
  return chains.length === 0 && statements.good === 0 && statements.faults.length === 0;
}

/** What was not told is no alarm, and no all-clear. */
function exitOf({ ok }: LogVerdict, isUnproved: boolean, world: Compared | undefined): number {
  const finds = (what: WorldFinding['what']): boolean =>
    world?.findings.some((one) => one.what === what) ?? false;
  if (!ok || isUnproved || finds('unexplained')) return exit.wrong;
  return finds('unreadable') ? exit.unknown : exit.fine;
}

async function thumbprintsOf(kids: readonly string[], keyOf: KeyOf): Promise<readonly string[]> {
  const thumbprints: string[] = [];
  for (const kid of kids) {
    const key = await keyOf(kid);
    if (key.ok && key.value) thumbprints.push(thumbprintOf(key.value));
  }
  return thumbprints;
}

function accountOf(accounts: Map<string, Accounted>, registration: string): Accounted {
  const account = accounts.get(registration) ?? accounting();
  accounts.set(registration, account);
  return account;
}

const worldWords: Readonly<Record<WorldFinding['what'], string>> = {
  unexplained: 'is listed by Entra, and no entry explains it: somebody added it behind the log',
  foreign:
    'is listed by Entra, and Keeper only ever saw it: somebody else made it; ask whose it is',
  'still-there': 'is listed by Entra, and an entry says that it was removed',
  unreadable: 'could not be compared: Entra does not answer, or does not let you read it',
};

function worldReport(terminal: Terminal, { findings, notCompared }: Compared): string {
  const lines = findings.map(({ registration, what, keyId, endsAt }) => {
    const name = harmless(registration);
    const which =
      keyId === undefined ? name : `${name}: credential ${harmless(keyId)} until ${endsAt}`;
    return painted(
      terminal,
      what === 'unexplained' ? 'red' : 'yellow',
      `${which} ${worldWords[what]}`,
    );
  });
  if (lines.length === 0) lines.push('Entra lists no credential that the log does not explain.');
  if (notCompared.length > 0) {
    const names = notCompared.map(harmless).join(', ');
    lines.push(
      painted(
        terminal,
        'yellow',
        `${counted(notCompared.length, 'chain')} not compared, for no line names a registration: ${names}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

const statementWords: Readonly<Record<StatementFault, string>> = {
  missing: 'is not there, though a later one is',
  'not-published': 'was begun and not signed yet; the next run finishes it',
  'heads-unreadable': 'has a file of heads that Keeper did not write so',
  'statement-unreadable': 'has a statement that Keeper did not write so',
  'other-heads': 'was signed over other heads than those beside it: its file was changed',
  'broken-link': 'does not continue the one before it: one of them was replaced, or a fork exists',
  'other-log': 'belongs to another log',
  'chain-left-out': 'leaves out a chain that an earlier one names',
  'earlier-than-before': 'says that it is older than the one before it',
  'unknown-key': 'was signed with a key that is not among the trusted ones',
  'bad-signature': 'has a signature that does not match: it was changed after it was signed',
};

interface Circumstances {
  readonly where: string;
  readonly thumbprints: readonly string[];
  readonly pinned: boolean;
  /** Keys were given, and no statement is there that one of them signed. */
  readonly isUnproved: boolean;
}

function report(
  terminal: Terminal,
  verdict: LogVerdict,
  { where, thumbprints, pinned, isUnproved }: Circumstances,
): string {
  const { statements, chains } = verdict;
  const entries = chains.reduce((sum, one) => sum + one.entries, 0);
  const lines = [
    headline(terminal, verdict, isUnproved),
    '',
    `${where}: ${counted(chains.length, 'chain')}, ${counted(entries, 'entry', 'entries')}`,
    statements.good === 0
      ? painted(
          terminal,
          'yellow',
          'No signed statement covers it: it is only chained, and proves nothing against who can write to it.',
        )
      : `${counted(statements.good, 'signed statement')} from ${statements.first} to ${statements.last}`,
    ...thumbprints.map(
      (one) =>
        `signed with the key ${one}${pinned ? '' : ' (it lay beside the log: compare it with the one in your vault)'}`,
    ),
    ...statements.faults.map(({ number, fault }) =>
      painted(
        terminal,
        fault === 'not-published' ? 'dim' : 'red',
        `checkpoint ${number} ${statementWords[fault]}`,
      ),
    ),
    '',
    ...chains.flatMap((one) => chainLines(terminal, one)),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(terminal: Terminal, { ok }: LogVerdict, isUnproved: boolean): string {
  if (!ok) return painted(terminal, 'red', 'The log does not hold.');
  return isUnproved
    ? painted(
        terminal,
        'red',
        'Nothing is proved: no statement is there that a given key signed. Keeper makes one each day: were they removed?',
      )
    : painted(terminal, 'green', 'The log holds.');
}

function chainLines(terminal: Terminal, chain: ChainVerdict): readonly string[] {
  const { proved, onlyChained, defect } = chain;
  const mark = chain.ok ? painted(terminal, 'green', 'holds') : painted(terminal, 'red', 'BROKEN');
  const upTo = proved
    ? `proved up to line ${proved.seq} by the statement of ${proved.at}`
    : 'not covered by any statement';
  const rest = onlyChained > 0 ? `, ${counted(onlyChained, 'line')} behind it only chained` : '';
  return [
    `${harmless(chain.registration)}: ${mark}, ${counted(chain.entries, 'good line')}, ${upTo}${rest}`,
    ...(defect
      ? [painted(terminal, 'red', `  line ${defect.seq}: ${defectWords[defect.defect]}`)]
      : []),
    ...chain.unmet.map((one) =>
      painted(
        terminal,
        'red',
        one.what === 'behind'
          ? `  checkpoint ${one.checkpoint} saw line ${one.seq}; the chain ends at ${chain.entries}: lines were cut off`
          : `  checkpoint ${one.checkpoint} saw another line ${one.seq}: the chain was rewritten`,
      ),
    ),
    ...chain.strayOutcomes.map((seq) =>
      painted(terminal, 'red', `  line ${seq}: an outcome of what nobody intended`),
    ),
    ...chain.openIntents.map((one) =>
      painted(
        terminal,
        'yellow',
        `  line ${one.seq}: ${harmless(one.effect)}, begun ${one.at}, has no outcome: under way or cut off`,
      ),
    ),
  ];
}

const defectWords = {
  'not-json': 'is no JSON text',
  'wrong-shape': 'is no entry',
  'newer-format': 'is of a newer format: use a newer verifier',
  'wrong-number': 'has the wrong number: lines are missing, doubled or out of order',
  'broken-link': 'does not continue the line before: one of them was changed or replaced',
  'wrong-hash': 'does not have the hash that it claims: it was changed',
  'not-canonical': 'is not written as Keeper writes: it was written anew by somebody',
  'too-long': 'is longer than any entry',
  'cut-off': 'is cut off',
  missing: 'is missing: a part of the chain is gone',
  shorter: 'was there once: the file has become shorter',
  'early-part':
    'begins a part before its time: somebody else wrote it, and Keeper goes on in the part before',
  grown: 'was written into a part that was full',
} as const;
