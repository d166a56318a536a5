/** The command line: which command, with which options. A bad argument is told in one line. */
import { parseArgs } from 'node:util';
import { makeCheckpoint } from '../audit/checkpoint.ts';
import { auditExport } from './audit-export.ts';
import { auditCheckReceipt, auditReceipt } from './audit-receipt.ts';
import { auditShow } from './audit-show.ts';
import { auditVerify } from './audit-verify.ts';
import { auditHelp, help } from './help.ts';
import { openLog, type LogOpeners } from './log-place.ts';
import { exit, UsageError, type Terminal } from './terminal.ts';

export interface CommandLine {
  readonly terminal: Terminal;
  readonly openers: LogOpeners;
  /** What runs, for `keeper version`. */
  readonly build: () => Promise<string>;
  readonly now: () => number;
}

const options = {
  folder: { type: 'string' },
  registration: { type: 'string' },
  local: { type: 'boolean' },
  data: { type: 'string' },
  key: { type: 'string', multiple: true },
  out: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  because: { type: 'string' },
  by: { type: 'string' },
  kind: { type: 'string' },
  world: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parsed>['values'];

/** Runs one command. Gives the exit code: 0 fine, 1 something is wrong, 2 usage, 3 cannot be told. */
export async function runCommand(line: CommandLine, args: readonly string[]): Promise<number> {
  try {
    return await dispatch(line, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    line.terminal.err(`keeper: ${error.message}\n`);
    return exit.usage;
  }
}

async function dispatch(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args);
  const [command, ...rest] = positionals;
  if (command === 'version') {
    line.terminal.out(`keeper ${await line.build()}\n`);
    return exit.fine;
  }
  if (command === 'audit') return audit(line, values, rest);
  if (command === 'config') {
    const [what, file = 'keeper.yaml'] = rest;
    if (what !== 'check') throw new UsageError('config: the one command is config check [FILE].');
    // Loaded when needed: the readers of the file are larger than all that checks a log.
    const { configCheck } = await import('./config-check.ts');
    return configCheck(line.terminal, { file, json: values.json === true });
  }
  if (values.help === true || command === 'help') {
    line.terminal.out(help);
    return exit.fine;
  }
  throw new UsageError(
    command === undefined
      ? 'Say what to do. Run keeper --help.'
      : `${command}: no such command. Run keeper --help.`,
  );
}

async function audit(
  line: CommandLine,
  values: Values,
  [command, argument, ...more]: readonly string[],
): Promise<number> {
  const { terminal, openers } = line;
  if (values.help === true || command === undefined) {
    terminal.out(auditHelp);
    return command === undefined && values.help !== true ? exit.usage : exit.fine;
  }
  if (more.length > 0) throw new UsageError(`audit ${command}: too many arguments.`);
  const place = placeOf(values);
  const wantsJson = values.json === true;
  const keys = values.key ?? [];
  switch (command) {
    case 'verify':
      if (argument !== undefined && values.folder !== undefined) {
        throw new UsageError('audit verify: give one folder.');
      }
      return auditVerify(terminal, openers, {
        ...place,
        keys,
        world: values.world === true,
        json: wantsJson,
        // An exported log may be named without --folder.
        ...given('folder', argument),
        ...given('registration', values.registration),
      });
    case 'export': {
      const out = values.out ?? argument;
      if (out === undefined) throw new UsageError('audit export: say where to with --out DIR.');
      return auditExport(terminal, openers, { ...place, out, json: wantsJson });
    }
    case 'show':
      return auditShow(terminal, openers, {
        ...place,
        registration: needed(argument, 'audit show: say which registration.'),
        ...instantGiven('sinceAt', '--since', values.since),
        ...instantGiven('untilAt', '--until', values.until),
        ...given('because', values.because),
        ...given('by', values.by),
        ...given('kind', values.kind),
        json: wantsJson,
      });
    case 'receipt':
      return auditReceipt(terminal, openers, {
        ...place,
        keyId: needed(argument, 'audit receipt: say the key id of the new credential.'),
        keys,
        ...given('out', values.out),
      });
    case 'check-receipt':
      return auditCheckReceipt(terminal, {
        file: needed(argument, 'audit check-receipt: say which file.'),
        keys,
        json: wantsJson,
      });
    case 'checkpoint':
      return checkpoint(line, place);
    default:
      throw new UsageError(`audit ${command}: no such command. Run keeper audit --help.`);
  }
}

async function checkpoint(
  { terminal, openers, now }: CommandLine,
  place: Parameters<typeof openLog>[1],
): Promise<number> {
  const log = await openLog(openers, place);
  try {
    if (!log.checkpoints) {
      throw new UsageError('audit checkpoint: no key to sign with is set (KEEPER_CHECKPOINT_KEY).');
    }
    const made = await makeCheckpoint(log.checkpoints, { now: now(), everyMs: 0 });
    if (!made.ok) {
      terminal.err(`keeper: ${made.fault.vendor} ${made.fault.kind}\n`);
      return exit.unknown;
    }
    if (made.value.kind === 'contradiction') {
      terminal.err(
        `keeper: checkpoint ${made.value.number}: ${made.value.what}. Run keeper audit verify.\n`,
      );
      return exit.wrong;
    }
    terminal.out(`checkpoint ${made.value.number}\n`);
    return exit.fine;
  } finally {
    await log.close();
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new UsageError(`${message} Run keeper --help.`);
  }
}

/** Which log. `--data` without `--local` names one on this machine as well. */
function placeOf(values: Values): { folder?: string; local?: string } {
  const isLocal = values.local === true || values.data !== undefined;
  if (isLocal && values.data === undefined) {
    throw new UsageError(
      '--local: say which folder the embedded run keeps its state in, with --data DIR.',
    );
  }
  return {
    ...given('folder', values.folder),
    ...(isLocal ? given('local', values.data) : {}),
  };
}

function given<Name extends string>(
  name: Name,
  value: string | undefined,
): { [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: string });
}

function needed(value: string | undefined, message: string): string {
  if (value === undefined) throw new UsageError(message);
  return value;
}

function instantGiven<Name extends string>(
  name: Name,
  option: string,
  text: string | undefined,
): { [key in Name]?: number } {
  if (text === undefined) return {};
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(at)) {
    throw new UsageError(`${option} takes an instant such as 2026-11-25 or 2026-11-25T08:00:00Z.`);
  }
  return { [name]: at } as { [key in Name]: number };
}
