/** `keeper audit`: which of its commands, with which options. */
import { makeCheckpoint } from '../audit/checkpoint.ts';
import { auditExport } from './audit-export.ts';
import { auditCheckReceipt, auditReceipt } from './audit-receipt.ts';
import { auditShow } from './audit-show.ts';
import { auditVerify } from './audit-verify.ts';
import type { CommandLine } from './command-line.ts';
import { auditHelp } from './help.ts';
import { openLog } from './log-place.ts';
import { commonOptions, given, instantOf, needed, readArguments } from './options.ts';
import { exit, UsageError } from './terminal.ts';

const options = {
  ...commonOptions,
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
} as const;

type Values = ReturnType<typeof parsed>['values'];

/** Runs it. Gives the exit code. @throws UsageError */
export async function audit(line: CommandLine, args: readonly string[]): Promise<number> {
  const { terminal } = line;
  const { values, positionals } = parsed(args);
  const [command, argument, ...more] = positionals;
  if (values.help === true || command === undefined) {
    terminal.out(auditHelp);
    return command === undefined && values.help !== true ? exit.usage : exit.fine;
  }
  if (more.length > 0) throw new UsageError(`audit ${command}: too many arguments.`);
  return dispatch(line, values, { command, argument });
}

async function dispatch(
  line: CommandLine,
  values: Values,
  { command, argument }: { readonly command: string; readonly argument: string | undefined },
): Promise<number> {
  const { terminal, openers } = line;
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
        ...(values.since === undefined ? {} : { sinceAt: instantOf('--since', values.since) }),
        ...(values.until === undefined ? {} : { untilAt: instantOf('--until', values.until) }),
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
  return readArguments('audit', args, options);
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
