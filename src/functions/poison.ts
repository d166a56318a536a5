/** Messages that failed five times: recorded, alarmed and kept. */
import { app } from '@azure/functions';
import { live } from '../live.ts';

/** Bytes of a poisoned message that are kept. */
const keptCharacters = 4_096;

app.storageQueue('poison', {
  queueName: '%KEEPER_QUEUE%-poison',
  connection: 'KEEPER_STORAGE',
  async handler(raw: unknown, context) {
    const { world, poison } = live();
    const text = typeof raw === 'string' ? raw : textOf(raw);
    const id = `${new Date(world.clock.now()).toISOString()}-${world.newId()}`;
    const kept = await poison(id).write(
      JSON.stringify({
        id,
        messageId: context.triggerMetadata?.['id'] ?? null,
        message: text.slice(0, keptCharacters),
      }),
    );
    world.log.error('message failed too often', { id, kept: kept.ok });
    if (!kept.ok) throw new Error(`poisoned message cannot be kept: ${kept.fault.kind}`);
  },
});

/** A message that is nested too deeply to be written is kept as that. */
function textOf(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'nothing';
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      return 'not to be written as JSON';
    throw error;
  }
}
