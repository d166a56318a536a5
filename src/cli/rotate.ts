/** `keeper rotate`, `retire`, `freeze`, `thaw`, `resync`: orders to Keeper. */
import type { CommandLine } from './command-line.ts';
import { instantFrom, needed, noMoreThan, readArguments } from './options.ts';
import { order, orderOptions } from './order-command.ts';
import type { OrderWish } from './order-wish.ts';
import { freezeHelp, resyncHelp, retireHelp, rotateHelp, thawHelp } from './rotate-help.ts';
import { exit, UsageError } from './terminal.ts';

const rotateOptions = {
  ...orderOptions,
  reason: { type: 'string' },
  compromised: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  'remove-at': { type: 'string' },
  'accept-ended-grants': { type: 'boolean' },
} as const;

type RotateValues = ReturnType<typeof readArguments<typeof rotateOptions>>['values'];

/** Issues a new credential: because somebody wants it, or because one has leaked. */
export async function rotate(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('rotate', args, rotateOptions);
  if (values.help === true) return tell(line, rotateHelp);
  const [id, ...more] = positionals;
  const registration = needed(id, 'rotate: say which registration.');
  const isLeak = values.compromised !== undefined || values.all === true;
  if (!isLeak) {
    noMoreThan('rotate', positionals, 1);
    const wish = rotation(values);
    return order(line, { values, wishAt: () => ({ on: 'one', registration, order: wish }) });
  }
  const keyIds = leaked(values, more);
  return order(line, {
    values,
    wishAt: (now) => ({ on: 'one', registration, order: leak(values, keyIds, now) }),
  });
}

function rotation(values: RotateValues): OrderWish {
  for (const name of ['remove-at', 'accept-ended-grants'] as const) {
    if (values[name] !== undefined) {
      throw new UsageError(`rotate: --${name} belongs to --compromised KEY_ID or --all.`);
    }
  }
  return {
    kind: 'rotate',
    reason: needed(
      values.reason,
      'rotate: say why with --reason TEXT; it goes into the audit log.',
    ),
  };
}

/** The credentials that leaked; none: all of Keeper's own. @throws UsageError */
function leaked(values: RotateValues, more: readonly string[]): readonly string[] {
  if (values.reason !== undefined) {
    throw new UsageError('rotate: give --reason, or say what leaked; not both.');
  }
  if (values['accept-ended-grants'] !== true) {
    throw new UsageError(
      'rotate: users of connectors that cannot be moved in time must sign in again. Say that you accept it with --accept-ended-grants.',
    );
  }
  const keyIds = [...(values.compromised ?? []), ...more].flatMap((one) => one.split(','));
  if (values.all === true && keyIds.length > 0) {
    throw new UsageError('rotate: give key ids with --compromised, or --all; not both.');
  }
  return keyIds;
}

function leak(values: RotateValues, keyIds: readonly string[], now: number): OrderWish {
  const { 'remove-at': text } = values;
  return {
    kind: 'compromised',
    keyIds,
    endGrants: 'accept',
    ...(text === undefined ? {} : { removeAt: instantFrom('--remove-at', text, now) }),
  };
}

/** Removes an old credential before it ends. */
export async function retire(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('retire', args, orderOptions);
  if (values.help === true) return tell(line, retireHelp);
  noMoreThan('retire', positionals, 2);
  const registration = needed(positionals[0], 'retire: say which registration.');
  const keyId = needed(positionals[1], 'retire: say the key id of the credential.');
  return order(line, {
    values,
    wishAt: () => ({ on: 'one', registration, order: { kind: 'retire', keyId } }),
  });
}

/** Keeper changes nothing for a while. */
export async function freeze(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('freeze', args, {
    ...orderOptions,
    until: { type: 'string' },
  });
  if (values.help === true) return tell(line, freezeHelp);
  noMoreThan('freeze', positionals, 1);
  const registration = needed(positionals[0], 'freeze: say which registration.');
  const text = needed(values.until, 'freeze: say for how long with --until T.');
  return order(line, {
    values,
    wishAt: (now) => ({
      on: 'one',
      registration,
      order: { kind: 'freeze', until: instantFrom('--until', text, now) },
    }),
  });
}

/** Ends a freeze. */
export async function thaw(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('thaw', args, orderOptions);
  if (values.help === true) return tell(line, thawHelp);
  noMoreThan('thaw', positionals, 1);
  const registration = needed(positionals[0], 'thaw: say which registration.');
  return order(line, {
    values,
    wishAt: () => ({ on: 'one', registration, order: { kind: 'thaw' } }),
  });
}

/** Keeper looks anew, now. */
export async function resync(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('resync', args, {
    ...orderOptions,
    all: { type: 'boolean' },
    'plan-only': { type: 'boolean' },
  });
  if (values.help === true) return tell(line, resyncHelp);
  noMoreThan('resync', positionals, 1);
  const [registration] = positionals;
  if ((registration === undefined) !== (values.all === true)) {
    throw new UsageError('resync: say which registration, or --all.');
  }
  const mode = values['plan-only'] === true ? 'plan' : 'apply';
  return order(line, { values, wishAt: () => ({ on: 'resync', registration, mode }) });
}

function tell({ terminal }: CommandLine, text: string): number {
  terminal.out(text);
  return exit.fine;
}
