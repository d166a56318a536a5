/**
 * Role: what can be set wrong in an embedded world before doctor looks at it: each the way a person
 * would do it, in a portal, in the settings, in keeper.yaml. In memory only.
 */
import { UsageError } from '../cli/terminal.ts';
import { azurePlants } from './plants-azure.ts';
import { entraPlants } from './plants-entra.ts';
import { keeperPlants } from './plants-keeper.ts';
import { nylasPlants } from './plants-nylas.ts';
import type { Plant } from './plants-plant.ts';

/** All of them, by vendor. */
export const plants: readonly Plant[] = [
  ...entraPlants,
  ...azurePlants,
  ...nylasPlants,
  ...keeperPlants,
];

/** The one of this name. @throws UsageError when there is none */
export function plantNamed(name: string): Plant {
  const found = plants.find((one) => one.name === name);
  if (found) return found;
  throw new UsageError(`--plant ${name}: there is none of that name. --plant list tells all.`);
}
