/** Where the log of a world goes while a command works in it: to stderr on wish, else nowhere. */
import type { Log, LogFields } from '../reconcile/world.ts';

/** The log; stdout belongs to the answer alone. */
export function worldLog(
  isVerbose: boolean | undefined,
  write: (text: string) => void = (text) => void process.stderr.write(text),
): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      if (isVerbose === true) write(`${JSON.stringify({ level, message, ...fields })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
