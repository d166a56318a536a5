/**
 * Role: the host's queue triggers, on a real queue service. One message at a time is taken, so that
 * a host which is killed leaves one message invisible at the most. Only "there" or "not there"
 * matters: the service keeps real time, whatever the host's clock says.
 */
import {
  type DequeuedMessageItem,
  type QueueClient,
  QueueServiceClient,
} from '@azure/storage-queue';
import type { InvocationRequest, TypedData } from './functions-core-shapes.ts';
import type { RegisteredFunction } from './functions-core.ts';
import { type Invoker, triggerOf, tryInvoke } from './host-invoke.ts';
import { type HostFile, resolveNames, type Settings } from './host-settings.ts';

/** How messages are taken. */
export interface Taking {
  /** How long a taken message stays invisible. */
  readonly visibilitySeconds: number;
  /** Messages that one request asks for. */
  readonly batchMessages: number;
}

/** Invisible for longer than a function may run. */
export const usualTaking: Taking = { visibilitySeconds: 300, batchMessages: 16 };

/** Messages in one draining; more means that functions feed their own queue. */
const drainedMessages = 100_000;

const poisonSuffix = '-poison';

/** A queue, and the function that takes from it. */
export interface QueueTrigger {
  readonly one: RegisteredFunction;
  readonly binding: string;
  readonly name: string;
  readonly queue: QueueClient;
  /** Where messages go that fail too often; a poison queue has none. */
  readonly poison: QueueClient | undefined;
}

/** The queue triggers of an app; queues are made where they are missing. */
export async function openQueues(
  functions: readonly RegisteredFunction[],
  storage: string,
  settings: Settings,
): Promise<QueueTrigger[]> {
  const service = QueueServiceClient.fromConnectionString(storage, {
    // A host takes a message twice rather than dying of a connection that was just closed.
    retryOptions: { maxTries: 5, retryDelayInMs: 50, maxRetryDelayInMs: 1_000 },
  });
  const triggers = functions
    .filter((one) => triggerOf(one).type === 'queueTrigger')
    .map((one): QueueTrigger => {
      const { name: binding } = triggerOf(one);
      const name = resolveNames(String(one.bindings[binding]?.['queueName']), settings);
      const isPoison = name.endsWith(poisonSuffix);
      return {
        one,
        binding,
        name,
        queue: service.getQueueClient(name),
        poison: isPoison ? undefined : service.getQueueClient(`${name}${poisonSuffix}`),
      };
    })
    // Poison queues are filled by others: last, so that one round usually empties all.
    .toSorted(
      (one, other) => Number(one.poison === undefined) - Number(other.poison === undefined),
    );
  for (const { queue, poison } of triggers) {
    await queue.createIfNotExists();
    await poison?.createIfNotExists();
  }
  return triggers;
}

/** How a draining goes. */
interface Draining {
  readonly file: HostFile;
  readonly signal: AbortSignal;
  readonly taking: Taking;
}

/** Runs messages until all queues are empty or the signal ends it; returns how many invocations that were. */
export async function drain(
  invoker: Invoker,
  triggers: readonly QueueTrigger[],
  draining: Draining,
): Promise<number> {
  const { signal } = draining;
  let count = 0;
  for (let isBusy = true; isBusy;) {
    isBusy = false;
    for (const [index, trigger] of triggers.entries()) {
      for (let isFull = true; isFull && !signal.aborted;) {
        const batch = await runBatch(invoker, trigger, draining);
        ({ isFull } = batch);
        count += batch.count;
        // Those before it may have been filled again; its own was read until it was empty.
        if (batch.count > 0) isBusy = index > 0;
        if (count > drainedMessages) throw new Error('the queues do not become empty');
      }
    }
  }
  return count;
}

/** Runs a batch. Full: there may be more, or a failed message that is visible again. */
async function runBatch(
  invoker: Invoker,
  trigger: QueueTrigger,
  { file, signal, taking }: Draining,
): Promise<{ count: number; isFull: boolean }> {
  const { receivedMessageItems: messages } = await trigger.queue.receiveMessages({
    numberOfMessages: taking.batchMessages,
    visibilityTimeout: taking.visibilitySeconds,
  });
  let count = 0;
  let isFull = messages.length === taking.batchMessages;
  for (const message of messages) {
    if (signal.aborted) break; // The rest becomes visible again.
    isFull = !(await runOne(invoker, trigger, { file, message })) || isFull;
    count += 1;
  }
  return { count, isFull };
}

/** Runs one message; false when it failed and is to be tried again. */
async function runOne(
  invoker: Invoker,
  trigger: QueueTrigger,
  { file, message }: { file: HostFile; message: DequeuedMessageItem },
): Promise<boolean> {
  const { queue, one, name } = trigger;
  const text =
    file.messageEncoding === 'base64' ? fromBase64(message.messageText) : message.messageText;
  if (text === undefined) {
    invoker.log('error', `a message of queue ${name} is not base64`);
    await giveUp(trigger, message);
    return true;
  }
  if (await tryInvoke(invoker, one, queueRequest(trigger.binding, message, text))) {
    await queue.deleteMessage(message.messageId, message.popReceipt);
    return true;
  }
  return failed(trigger, message, file);
}

/** Makes a failed message visible again, or gives it up; true when it is given up. */
async function failed(
  trigger: QueueTrigger,
  message: DequeuedMessageItem,
  { maxDequeueCount }: HostFile,
): Promise<boolean> {
  // As in Azure: what fails on a poison queue stays invisible, or it would fail in a circle.
  if (trigger.poison && message.dequeueCount < maxDequeueCount) {
    const { messageId, popReceipt, messageText } = message;
    await trigger.queue.updateMessage(messageId, popReceipt, messageText, 0);
    return false;
  }
  await giveUp(trigger, message);
  return true;
}

/** Moves a message to the poison queue, if there is one. */
async function giveUp(
  { queue, poison }: QueueTrigger,
  message: DequeuedMessageItem,
): Promise<void> {
  if (!poison) return;
  await poison.sendMessage(message.messageText);
  await queue.deleteMessage(message.messageId, message.popReceipt);
}

function fromBase64(text: string): string | undefined {
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64').toString('utf8') : undefined;
}

function queueRequest(
  binding: string,
  message: DequeuedMessageItem,
  text: string,
): InvocationRequest {
  return {
    inputData: [{ name: binding, data: { string: text } }],
    triggerMetadata: {
      QueueTrigger: { string: text },
      DequeueCount: { json: String(message.dequeueCount) },
      Id: { string: message.messageId },
      PopReceipt: { string: message.popReceipt },
      InsertionTime: instant(message.insertedOn),
      ExpirationTime: instant(message.expiresOn),
      NextVisibleTime: instant(message.nextVisibleOn),
    },
  };
}

function instant(at: Date): TypedData {
  return { json: JSON.stringify(at) };
}
