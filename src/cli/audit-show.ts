/** `keeper audit show`: the story of one registration, told from its chain. */
import { harmless } from '../audit/plain-text.ts';
import { teller } from '../audit/story.ts';
import { beginning, walkChain } from '../audit/chain-walk.ts';
import { chainsAmong } from '../audit/files.ts';
import type { Entry } from '../core/entry.ts';
import type { Fault } from '../core/fault.ts';
import { openLog, type LogOpeners } from './log-place.ts';
import { exit, painted, type Terminal } from './terminal.ts';

export interface ShowOptions {
  readonly folder?: string;
  readonly local?: string;
  readonly registration: string;
  /** Epoch milliseconds. */
  readonly sinceAt?: number;
  readonly untilAt?: number;
  /** A cause of an intent or a reason of an outcome or of the end of an order. */
  readonly because?: string;
  /** Who: a person's object id in orders, a worker's name in intents. */
  readonly by?: string;
  readonly kind?: string;
  readonly json: boolean;
}

/** Gives the exit code. @throws UsageError */
export async function auditShow(
  terminal: Terminal,
  openers: LogOpeners,
  options: ShowOptions,
): Promise<number> {
  const log = await openLog(openers, options);
  try {
    const listed = await log.files.list('audit');
    if (!listed.ok) {
      terminal.err(`keeper: ${listed.fault.vendor} ${listed.fault.kind}\n`);
      return exit.unknown;
    }
    const chains = chainsAmong(listed.value);
    const chain = chains.find((one) => one.registration === options.registration);
    if (!chain) {
      const known = chains.map((one) => harmless(one.registration)).join(', ');
      terminal.err(
        `keeper: the log has no chain of ${harmless(options.registration)}; it has: ${known}\n`,
      );
      return exit.usage;
    }
    const story = teller();
    let day = '';
    const walked = await walkChain(log.files, chain, beginning, (entry, { hash }) => {
      // Told always, so that later outcomes find their intents.
      const text = story.tell(entry);
      if (!isWanted(entry, options)) return;
      const at = new Date(entry.at).toISOString();
      if (options.json) {
        terminal.out(
          `${JSON.stringify({ seq: entry.seq, at, kind: entry.kind, tells: text, hash, ...answerOf(entry) })}\n`,
        );
        return;
      }
      if (at.slice(0, 10) !== day) {
        day = at.slice(0, 10);
        terminal.out(`${painted(terminal, 'bold', day)}\n`);
      }
      terminal.out(`  ${painted(terminal, 'dim', at.slice(11, 19))}  ${text}\n`);
    });
    if (!walked.ok) {
      terminal.err(`keeper: ${walked.fault.vendor} ${walked.fault.kind}\n`);
      return exit.unknown;
    }
    const { defect } = walked.value;
    if (!defect) return exit.fine;
    terminal.err(
      `keeper: line ${defect.seq} is not what Keeper wrote (${defect.defect}); what follows is not told. Run keeper audit verify.\n`,
    );
    return exit.wrong;
  } finally {
    await log.close();
  }
}

/** What a vendor needs to find a request in its logs. */
function answerOf(entry: Entry): { readonly fault?: Fault; readonly requestId?: string } {
  if (entry.kind !== 'outcome' && entry.kind !== 'proof') return {};
  const requestId = entry.requestId ?? entry.fault?.requestId;
  return {
    ...(entry.fault === undefined ? {} : { fault: entry.fault }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function isWanted(entry: Entry, { sinceAt, untilAt, because, by, kind }: ShowOptions): boolean {
  if (sinceAt !== undefined && entry.at < sinceAt) return false;
  if (untilAt !== undefined && entry.at >= untilAt) return false;
  if (kind !== undefined && entry.kind !== kind) return false;
  if (by !== undefined) {
    const who = entry.kind === 'order' ? entry.by : entry.kind === 'intent' ? entry.worker : '';
    if (who !== by) return false;
  }
  if (because === undefined) return true;
  const reason =
    entry.kind === 'intent'
      ? entry.because
      : entry.kind === 'outcome' || entry.kind === 'order-end'
        ? entry.reason
        : undefined;
  return reason === because;
}
