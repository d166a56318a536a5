/**
 * Role: the process that Azurite runs in. It holds a channel to the process that started it; when
 * the channel ends, because it was closed or because that process died in any way, Azurite is told
 * to save and end. Guard and Azurite are one process, so that neither can outlive the other.
 * Plain JavaScript, and arguments are those of Azurite's own command.
 */
import { createRequire } from 'node:module';

/** How long Azurite may take to save. */
const saveMs = 10_000;

/** Blobs, queues and tables. */
const services = 3;

// Azurite has its own handler of this signal once it listens; before, there is nothing to save.
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), saveMs).unref();
  process.kill(process.pid, 'SIGTERM');
});

// Signals from a terminal are for the one that started us, which closes the channel in its time.
process.on('SIGHUP', () => {});

let listening = 0;
const print = console.log;
console.log = (...line) => {
  print(...line);
  if (!/successfully listening/.test(String(line[0]))) return;
  listening += 1;
  // The starter learns that this very process listens: an answer on the port could be another's.
  if (listening === services && process.connected) process.send('ready');
};

const azurite = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
process.argv[1] = azurite;
createRequire(import.meta.url)(azurite);
