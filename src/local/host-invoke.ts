/**
 * Role: one invocation of one function, through the library's own converters and the app's hooks,
 * in the order of Microsoft's worker.
 */
import { randomUUID } from 'node:crypto';
import type {
  CoreInvocationContext,
  HookContext,
  InvocationRequest,
  InvocationResponse,
  LogLevel,
} from './functions-core-shapes.ts';
import { type RegisteredFunction, type Registrations, runHooks } from './functions-core.ts';

/** What an invocation needs of the host. */
export interface Invoker {
  readonly registrations: Registrations;
  /** What hooks of the app share. */
  readonly appHookData: Record<string, unknown>;
  log(level: LogLevel, message: string): void;
}

/** @throws What the function, a hook or a converter throws. */
async function invoke(
  invoker: Invoker,
  { callback, ...metadata }: RegisteredFunction,
  request: InvocationRequest,
): Promise<InvocationResponse> {
  const { registrations, appHookData } = invoker;
  const invocationId = randomUUID();
  let context: unknown;
  const core: CoreInvocationContext = {
    invocationId,
    metadata,
    request: { ...request, invocationId },
    log(level, category, message) {
      const line: HookContext = {
        level,
        message,
        category,
        invocationContext: context,
        hookData: {},
        appHookData,
      };
      for (const hook of registrations.hooksOf('log')) hook(line);
      invoker.log(line['level'] as LogLevel, `${metadata.name}: ${String(line['message'])}`);
    },
  };
  const model = await registrations.programmingModel().getInvocationModel(core);
  const given = await model.getArguments();
  context = given.context;
  const common = { hookData: {}, appHookData, invocationContext: context };

  const before: HookContext = { ...common, inputs: given.inputs, functionCallback: callback };
  await inState(core, 'preInvocationHooks', () => runHooks(registrations, 'preInvocation', before));
  const inputs = before['inputs'] as unknown[];
  const handler = before['functionCallback'] as typeof callback;

  const after: HookContext = { ...common, inputs, result: null, error: null };
  await inState(core, 'invocation', async () => {
    try {
      after['result'] = await model.invokeFunction(context, inputs, handler);
    } catch (error) {
      after['error'] = error ?? new Error('the function threw nothing');
    }
  });
  await inState(core, 'postInvocationHooks', () =>
    runHooks(registrations, 'postInvocation', after),
  );
  // A hook may have taken the error away.
  if (after['error']) throw after['error'];
  return model.getResponse(context, after['result']);
}

/** Runs one function, and logs what it throws; undefined then. */
export async function tryInvoke(
  invoker: Invoker,
  one: RegisteredFunction,
  request: InvocationRequest,
): Promise<InvocationResponse | undefined> {
  try {
    return await invoke(invoker, one, request);
  } catch (error) {
    invoker.log('error', `${one.name} failed: ${detailOf(error)}`);
    return undefined;
  }
}

/** What is thrown, for the log. */
export function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The binding that starts a function. */
export function triggerOf(one: RegisteredFunction): { name: string; type: string } {
  for (const [name, binding] of Object.entries(one.bindings)) {
    if (/trigger$/i.test(binding.type)) return { name, type: binding.type };
  }
  throw new Error(`function "${one.name}" has no trigger`);
}

async function inState(
  core: CoreInvocationContext,
  state: NonNullable<CoreInvocationContext['state']>,
  work: () => Promise<void>,
): Promise<void> {
  core.state = state;
  try {
    await work();
  } finally {
    core.state = undefined;
  }
}
