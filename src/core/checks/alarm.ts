/** What must be told whatever else stands: a connector is down, or time is nearly over (law 10). */
import { stands, type Finding } from '../finding.ts';
import { hourMs, lastResortMs } from '../limits.ts';
import { isDead, isProven, servingCredentials, type Scene } from '../scene.ts';
import { targetCredential } from '../target.ts';

/** A connector that exists has no working credential, and this pass could not give it one. */
export function connectorDown(scene: Scene): readonly Finding[] {
  return scene.desired.connectors.flatMap((connector): readonly Finding[] => {
    const view = scene.observed.connectors[connector.id]?.connector;
    if (view?.kind === 'absent' || !isDead(scene, connector)) return [];
    return stands('connector-down', scene.now + hourMs, connector.id);
  });
}

/** A credential that serves ends within 72 hours, and connectors still hold it. */
export function timeShort(scene: Scene): readonly Finding[] {
  return servingCredentials(scene).flatMap((one): readonly Finding[] => {
    if (scene.now < one.endAt - lastResortMs || one.compromised) return [];
    const isHeld = scene.desired.connectors.some(
      ({ id }) => scene.memory.connectors[id]?.clean?.keyId === one.keyId,
    );
    return isHeld ? stands('time-short', scene.now + hourMs, one.keyId) : [];
  });
}

/** Connectors were switched in the last resort to a credential that Entra has not accepted yet. */
export function servingUnproven(scene: Scene): readonly Finding[] {
  const target = targetCredential(scene);
  if (!target?.memory?.pushed || isProven(target) || target.memory.promotedAt !== undefined)
    return [];
  return stands('serving-unproven', scene.now + hourMs, target.keyId);
}
