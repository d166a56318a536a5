/** API keys have an end that Nylas does not tell; the vault does, where somebody has noted it. */
import { dayMs } from '../../core/limits.ts';
import { valueOf } from '../../core/observed.ts';
import { blocked, duration, fine, instant, risky, wrong, type Check } from '../check.ts';
import { eachConnector } from '../subjects.ts';

/** Time for a person to make another one. */
const earlyMs = 30 * dayMs;

export const apiKeyEnd: Check = {
  id: 'api-key-end',
  group: 'vault',
  title: 'No Nylas API key ends soon',
  runbook: 'nylas-denied',
  leansOn: ['api-key'],
  look: (examination) =>
    eachConnector(examination, ({ connector: { id, apiKey }, evidence: { key } }) => {
      const current = valueOf(key)?.current;
      if (current === undefined) return [blocked('api-key', id)];
      const { expiresAt } = current;
      const leftMs = (expiresAt ?? Infinity) - examination.evidence.at;
      if (leftMs > earlyMs) {
        return [
          fine(expiresAt === undefined ? 'no end is noted' : `ends ${instant(expiresAt)}`, id),
        ];
      }
      const mend = [
        'Nylas dashboard, API keys: make another one for this application. Then, with its end:',
        `az keyvault secret set --vault-name ${apiKey.vault} --name ${apiKey.name} --file key.txt --expires END`,
      ];
      return leftMs <= 0
        ? [wrong(`by the end noted in the vault it ended ${duration(-leftMs)} ago`, mend, id)]
        : [risky(`it ends in ${duration(leftMs)}`, mend, id)];
    }),
};
