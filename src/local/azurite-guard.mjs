/**
 * Role: the process that Azurite runs in. It holds a channel to the process that started it; when
 * the channel ends, because it was closed or because that process died in any way, Azurite is told
 * to save and end. Guard and Azurite are one process, so that neither can outlive the other.
 * Plain JavaScript, and arguments are those of Azurite's own command.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

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

// Azurite keeps its records in memory and saves them whole, every few seconds and at its end, each in
// a file of its own. What it cannot save it does not try again: on a full disk, acknowledged writes
// would be lost. So for each such file space is held in reserve, and written over in place.
const { writeFile } = fs;
fs.writeFile = (path, data, ...rest) => {
  const done = rest.at(-1);
  if (process.env.KEEPER_RESERVE === undefined || !String(path).endsWith('.json~')) {
    writeFile(path, data, ...rest);
    return;
  }
  writeFile(path, data, ...rest.slice(0, -1), (error) => {
    done(error?.code === 'ENOSPC' || error?.code === 'EDQUOT' ? rescue(path, data) : error);
  });
};

/** Writes into space that is taken already; returns the error, if it is too small. */
function rescue(path, data) {
  const saved = path.slice(0, -1);
  const reserve = join(process.env.KEEPER_RESERVE, basename(saved));
  try {
    // Once the reserve is used up, the file that was saved into it is as large.
    fs.renameSync(fs.existsSync(reserve) ? reserve : saved, path);
    const file = fs.openSync(path, 'r+');
    // Blanks after a JSON document mean nothing.
    const bytes = Buffer.from(String(data).padEnd(fs.fstatSync(file).size));
    fs.writeSync(file, bytes, 0, bytes.length, 0);
    fs.closeSync(file);
    return null;
  } catch (error) {
    return error;
  }
}

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
