/** Role: one run of the embedded mode, from its stage to its report. */
import { UnusableFile } from './backdrop.ts';
import { complain } from './complain.ts';
import { conduct } from './conductor.ts';
import { startControls } from './controls.ts';
import { PortInUse } from './host-server.ts';
import { interact } from './interact.ts';
import { defaultPort, type LocalOptions } from './options.ts';
import { progressLine, readTold } from './progress.ts';
import { gatherReport, reportTable, type Report } from './report.ts';
import { FolderFull } from './room.ts';
import { endOnSignal, type Over } from './signal.ts';
import { readOwn, setStage, type Stage } from './stage.ts';

const dayMs = 86_400_000;
/** Simulated time in which everything must settle. */
const patienceMs = 30 * dayMs;

/** Runs it. Gives the exit code: 0 all is as it should be, 1 it is not, 2 the caller has to mend something. */
export async function run(options: LocalOptions): Promise<number> {
  try {
    return await play(options);
  } catch (error) {
    if (error instanceof UnusableFile) return complain(error.message);
    if (error instanceof FolderFull) {
      complain(error.message);
      return 1;
    }
    if (error instanceof PortInUse) return complain(`${error.message} Choose another with --port.`);
    throw error;
  }
}

async function play(options: LocalOptions): Promise<number> {
  const startedMs = performance.now();
  let stage: Stage | undefined;
  const restore = tellProgress(() => stage);
  const signal = endOnSignal();
  const isFull = (): boolean => stage?.room?.isFull() ?? false;
  const over: Over = { asked: signal.asked, isOver: () => signal.isOver() || isFull() };
  try {
    const own = options.config === undefined ? undefined : readOwn(options.config);
    say('Starting storage, the simulated cloud and the host …');
    const port = options.port ?? (options.once ? 0 : defaultPort);
    stage = await setStage({ options, port, own });
    if (stage.replayed > 0) say(`Going on from an earlier run (${stage.replayed} requests).`);
    const settled = await live(stage, options, over);
    const report = await reportOf(stage, settled, performance.now() - startedMs);
    show(options, report);
    if (!options.once && !over.isOver()) {
      const controls = await startControls(stage);
      await interact(stage, controls, over);
      await controls.stop();
      return isFull() ? 1 : 0;
    }
    return report.ok && !isFull() ? 0 : 1;
  } catch (error) {
    // Without space anything can fail; all that matters is told below.
    if (!isFull()) throw error;
    return 1;
  } finally {
    await stage?.stop();
    restore();
    if (isFull()) complain(new FolderFull(options.data ?? '').message);
  }
}

async function live(stage: Stage, options: LocalOptions, over: Over): Promise<boolean> {
  const { clock } = stage;
  const untilAt = clock.now() + (options.fastForwardMs ?? 0);
  const settled = await conduct(stage, { untilAt, patienceMs: 0, isOver: over.isOver });
  if (settled || over.isOver()) return settled;
  // When faults stop, everything becomes healthy within a stated time.
  if (options.fastForwardMs !== undefined) await stage.door.setLevel('none');
  return conduct(stage, { untilAt, patienceMs, isOver: over.isOver });
}

async function reportOf(stage: Stage, settled: boolean, durationMs: number): Promise<Report> {
  await stage.door.settle();
  return gatherReport({
    desired: stage.desired,
    states: stage.states,
    chains: stage.chains,
    settled,
    requests: stage.counts(),
    account: stage.cloud.account,
    durationMs,
    simulatedMs: stage.clock.now() - stage.startAt,
  });
}

function show(options: LocalOptions, report: Report): void {
  if (options.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(`\n${reportTable(report)}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What the bundle logs goes to stderr, in words; stdout is for the report alone. */
function tellProgress(stage: () => Stage | undefined): () => void {
  const { info, warn, error } = console;
  const startMs = (): number => {
    const set = stage();
    return set ? set.clock.now() - set.startAt : 0;
  };
  const tell = (line: unknown): void => {
    const told = readTold(String(line));
    const text = told ? progressLine(told, startMs()) : String(line);
    if (text !== undefined) say(text);
  };
  console.info = tell;
  console.warn = tell;
  console.error = tell;
  return () => Object.assign(console, { info, warn, error });
}
