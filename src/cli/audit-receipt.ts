/** `keeper audit receipt` and `check-receipt`: proof of one rotation, in one file. */
import { readFile, writeFile } from 'node:fs/promises';
import { thumbprintOf } from '../audit/key-file.ts';
import { checkReceipt, namesCredential, type ReceiptFault } from '../audit/receipt.ts';
import { makeReceipt } from '../audit/receipt-making.ts';
import { teller } from '../audit/story.ts';
import { harmless } from '../audit/plain-text.ts';
import { openLog, trustedKeys, type LogOpeners } from './log-place.ts';
import { counted, exit, json, painted, UsageError, type Terminal } from './terminal.ts';

export interface ReceiptOptions {
  readonly folder?: string;
  readonly local?: string;
  readonly keyId: string;
  readonly out?: string;
  readonly keys: readonly string[];
}

/** Writes the receipt to a file or to stdout. Gives the exit code. @throws UsageError */
export async function auditReceipt(
  terminal: Terminal,
  openers: LogOpeners,
  options: ReceiptOptions,
): Promise<number> {
  const log = await openLog(openers, options);
  try {
    const { keyOf } = await trustedKeys(log.files, options.keys);
    const made = await makeReceipt(log.files, keyOf, options.keyId);
    if (!made.ok) {
      terminal.err(`keeper: ${made.fault.vendor} ${made.fault.kind}\n`);
      return exit.unknown;
    }
    if (made.value.kind === 'unknown-credential') {
      terminal.err(`keeper: no chain names the credential ${options.keyId}\n`);
      return exit.usage;
    }
    if (made.value.kind === 'not-proved') {
      terminal.err('keeper: no signed statement covers that rotation yet; one is made each day\n');
      return exit.wrong;
    }
    const text = json(made.value.receipt);
    if (options.out === undefined) {
      terminal.out(text);
      return exit.fine;
    }
    await writeFile(options.out, text, { flag: 'wx' }).catch(() => {
      throw new UsageError(`--out ${options.out}: is there already, or cannot be written.`);
    });
    terminal.err(
      `${options.out}: ${counted(made.value.receipt.lines.length, 'line')} of ${harmless(made.value.receipt.registration)}\n`,
    );
    return exit.fine;
  } finally {
    await log.close();
  }
}

export interface CheckOptions {
  readonly file: string;
  readonly keys: readonly string[];
  readonly json: boolean;
}

const faultWords: Readonly<Record<ReceiptFault, string>> = {
  'not-a-receipt': 'it is no receipt',
  'lines-broken': 'its lines do not continue each other: something was changed, added or left out',
  'head-not-met': 'its lines do not end where the checkpoint saw the chain',
  'not-under-root': 'the signed statement does not cover this chain',
  'bad-signature': 'the signature of its statement does not match',
  'key-not-trusted': 'its statement was signed with another key than the given ones',
  'credential-not-named': 'its lines do not name the credential',
};

/** Checks a receipt without any access. Gives the exit code. @throws UsageError */
export async function auditCheckReceipt(
  terminal: Terminal,
  { file, keys, json: wantsJson }: CheckOptions,
): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`${file}: cannot be read.`);
  const { given } = await trustedKeys(noFiles, keys);
  const checked = checkReceipt(text, given);
  if (!checked.ok) {
    if (wantsJson) terminal.out(json(checked));
    else
      terminal.out(
        `${painted(terminal, 'red', 'The receipt does not hold')}: ${faultWords[checked.fault]}.\n`,
      );
    return exit.wrong;
  }
  const { registration, keyId, statement, key, entries } = checked;
  const thumbprint = thumbprintOf(key);
  const story = teller();
  /** Intents that are about it, or remove what it replaced: their outcomes belong to the story. */
  const intents = new Set<string>();
  const told = entries.flatMap((entry) => {
    const tells = story.tell(entry);
    const isRemoval = entry.kind === 'intent' && entry.effect.kind === 'remove-credential';
    const isAbout = namesCredential(entry, keyId) || isRemoval;
    if (entry.kind === 'intent' && isAbout) intents.add(entry.id);
    const concerns = isAbout || (entry.kind === 'outcome' && intents.has(entry.intent));
    return concerns && entry.kind !== 'intent'
      ? [{ at: new Date(entry.at).toISOString(), tells }]
      : [];
  });
  if (wantsJson) {
    terminal.out(json({ ok: true, registration, keyId, statement, thumbprint, told }));
    return exit.fine;
  }
  terminal.out(`${painted(terminal, 'green', 'The receipt holds.')}
Credential ${harmless(keyId)} of ${harmless(registration)}, covered by checkpoint ${statement.number} of ${statement.at}
signed with the key ${thumbprint}${given.length > 0 ? '' : ' (the one that it brings: compare it with the one in the vault)'}

${told.map((one) => `  ${one.at}  ${one.tells}`).join('\n')}
`);
  return exit.fine;
}

/** A receipt brings all that it needs. */
const noFiles = {
  list: async () => ({ ok: true as const, value: [] }),
  async *read() {},
};
