/** Role: how a command says why it cannot do what was asked. */

/** One line on stderr. Gives the exit code for what the caller has to mend. */
export function complain(message: string): 2 {
  process.stderr.write(`keeper: ${message}\n`);
  return 2;
}
