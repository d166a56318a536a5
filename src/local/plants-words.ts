/** Role: how plants find the things of the demonstration that they set wrong. */
import type { DesiredConnector, DesiredRegistration } from '../core/desired.ts';
import { parsedFile } from './made-cloud.ts';
import type { Ground } from './plants-plant.ts';
import type { Application } from './simulators/directory-objects.ts';

/** A registration of the file. */
export function registrationIn({ file }: Ground, id: string): DesiredRegistration {
  const found = parsedFile(file).registrations.find((one) => one.id === id);
  if (!found) throw new Error(`keeper.yaml has no registration ${id}`);
  return found;
}

/** Its registration in the directory. */
export function applicationOf(ground: Ground, id: string): Application {
  const { displayName } = registrationIn(ground, id);
  const found = ground.cloud.directory
    .applications()
    .find((one) => one.displayName === displayName);
  if (!found) throw new Error(`the directory has no registration ${displayName}`);
  return found;
}

/** Its first connector. */
export function connectorOf(ground: Ground, id: string): DesiredConnector {
  const [first] = registrationIn(ground, id).connectors;
  if (!first) throw new Error(`${id} has no connector`);
  return first;
}
