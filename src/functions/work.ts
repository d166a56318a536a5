/** The queue: one message is one pass over one registration. */
import { app } from '@azure/functions';
import { readWorkMessage } from '../clients/work-message.ts';
import { live } from '../live.ts';
import { runPass } from '../reconcile/pass.ts';

app.storageQueue('work', {
  queueName: '%KEEPER_QUEUE%',
  connection: 'KEEPER_STORAGE',
  async handler(raw: unknown) {
    const { world, wanted } = live();
    const message = readWorkMessage(raw);
    if (!message) throw new Error('message is not one of ours');
    const { desired } = await wanted();
    const registration = desired.registrations.find((one) => one.key === message.registration);
    if (!registration) {
      world.log.info('message ignored', { why: 'not-in-file' });
      return;
    }
    const report = await runPass(world, registration);
    const { id } = registration;
    if (report.kind === 'unreadable') {
      throw new Error(`chain of ${id} cannot be read: ${report.fault.kind}`);
    }
    if (report.kind === 'broken') {
      world.log.error('audit chain is broken; nothing is done for this registration', {
        registration: id,
        seq: report.defect.seq,
        defect: report.defect.defect,
      });
      return;
    }
    const { state, reason, nextLookAt } = report.status;
    world.log.info('pass', {
      registration: id,
      cause: message.cause,
      state,
      reason,
      did: report.did.join(' '),
      next: new Date(nextLookAt).toISOString(),
      ...(report.stop ? { stopped: report.stop.kind } : {}),
    });
  },
});
