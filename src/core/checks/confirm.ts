/** After a switch: are the users as well off as before? */
import { stands, type Finding } from '../finding.ts';
import { confirmMs, dayMs } from '../limits.ts';
import { valueOf } from '../observed.ts';
import type { Scene } from '../scene.ts';

/** Grants that fail in natural numbers are no sign; this share of all is. */
const worseShare = 1 / 20;

/** More grants are invalid than when the connector was switched, and the switch is not long ago. */
export function grantsWorse(scene: Scene): readonly Finding[] {
  return scene.desired.connectors.flatMap(({ id }) => {
    const switchedAt = scene.memory.connectors[id]?.clean?.doneAt ?? 0;
    if (scene.now >= switchedAt + confirmMs || !isWorse(scene, id)) return [];
    return stands('grants-failing', scene.now + dayMs, id);
  });
}

/** True while some connector's grants are worse off: nothing is retired early then. */
export function isAnyWorse(scene: Scene): boolean {
  return scene.desired.connectors.some((one) => isWorse(scene, one.id));
}

function isWorse(scene: Scene, connector: string): boolean {
  const before = scene.memory.connectors[connector]?.grants;
  const view = scene.observed.connectors[connector];
  const now = view && valueOf(view.grants);
  if (!before || !now) return false;
  return now.invalid - before.invalid > now.total * worseShare;
}
