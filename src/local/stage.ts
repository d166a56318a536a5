/** Sets the stage: the backdrop, and one host with the bundle in front of it. */
import { readFileSync } from 'node:fs';
import { sha256 } from '../audit/canonical.ts';
import { parseDesired } from '../config/desired-file.ts';
import { describeErrors } from '../config/finding.ts';
import { setBackdrop, UnusableFile, unwind, type Backdrop } from './backdrop.ts';
import { resolveLocalhostNames, trustLocally } from './cloud-server.ts';
import { countStorageRequests, type RequestCounts } from './counts.ts';
import { startHost, type Host } from './host.ts';
import type { OwnFile } from './made-cloud.ts';
import { signIn } from './host-sign-in.ts';
import { operatorToken } from './operator.ts';
import type { LocalOptions } from './options.ts';
import { runHost } from './run-clock.ts';
import { writeRunFile } from './run-file.ts';

export interface Stage extends Backdrop {
  readonly host: Host;
  /** Of the demonstration's operator, for programs. */
  readonly token: string;
  counts(): RequestCounts;
}

const bundle = new URL('../../dist/main.mjs', import.meta.url);

export interface StagePlan {
  readonly options: LocalOptions;
  /** The port of the host; 0 for any. */
  readonly port: number;
  /** In place of the demonstration. */
  readonly own: OwnFile | undefined;
}

/**
 * Starts everything; ends what it has started when something does not start.
 * @throws UnusableFile
 * @throws PortInUse
 */
export async function setStage({ options, port, own }: StagePlan): Promise<Stage> {
  const undo: (() => unknown)[] = [];
  try {
    const backdrop = await setBackdrop({ options, own });
    undo.push(() => backdrop.stop());
    const { azurite, clock, cloud, door, vendors } = backdrop;
    const counted = countStorageRequests(azurite.blobPort, azurite.queuePort);
    undo.push(() => counted.stop(), trustLocally(vendors.ca), resolveLocalhostNames());
    const settings = backdrop.settings();
    const token = operatorToken(cloud, settings['KEEPER_LOGIN_URL'] ?? '');
    const host = await startHost({
      bundle,
      port,
      clock: {
        ...clock,
        // Others may be at the vendors at the same time.
        async sleep(ms) {
          await door.between(() => clock.advance(ms));
          await clock.sleep(0);
        },
      },
      storage: azurite.connectionString,
      settings,
      signIn: signIn(() => token),
      log: () => undefined,
    });
    undo.push(() => host.stop());
    if (options.data !== undefined) {
      const run = `https://${runHost}:${vendors.port}/`;
      const api = { url: host.url, token };
      undo.push(writeRunFile(options.data, { api, run, ca: vendors.ca, settings }));
    }
    return {
      ...backdrop,
      host,
      token,
      counts: () => ({ ...cloud.counts, blobs: counted.blobs, queues: counted.queues }),
      stop: () => unwind(undo),
    };
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/**
 * Reads a `keeper.yaml` of the caller's.
 * @throws UnusableFile
 */
export function readOwn(path: string): OwnFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UnusableFile(`--config ${path}: there is no such file that can be read.`);
  }
  const read = parseDesired(text, sha256(text));
  if (!read.ok)
    throw new UnusableFile(`${path} cannot be used:\n${describeErrors(path, read.errors)}`);
  return { text, desired: read.desired };
}
