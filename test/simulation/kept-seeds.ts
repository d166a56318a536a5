/**
 * Role: seeds that once broke a law, with what they taught. They are run again for ever. What a seed
 * draws changes when the simulation learns new mishaps; the lesson of each also has a test of its own.
 */

export interface KeptSeed {
  readonly seed: number;
  readonly registrations: number;
  readonly years: number;
  readonly mode: string;
  /** The law that broke, and what was learned. */
  readonly taught: string;
}

export const keptSeeds: readonly KeptSeed[] = [
  {
    seed: 15,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'one-unproven: a rotation was ordered while a policy allowed only shorter lifetimes than the serving credential had left; each new one was superseded at once, removed and issued again (decision 0011)',
  },
  {
    seed: 8,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'connector-works, in the account itself: a credential removed in the portal while Keeper may not read the directory is nothing that Keeper can see',
  },
  {
    seed: 3178,
    registrations: 1,
    years: 1,
    mode: 'all',
    taught:
      'connector-works, in the account itself: a connector overwritten before the first push of Keeper looks like any other, and the first credential rests for a day',
  },
  {
    seed: 64,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'convergence, in the watch itself: a worker that slept told an old state after a newer look had found all well; only the newest look counts',
  },
  {
    seed: 140,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'removal, in the oracle itself: an order to retire a credential took back the time by which an order had told it leaked. And a removal is now the first action of a round: a push may show who still holds what goes',
  },
  {
    seed: 162,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'blast-radius, in the law itself: within an hour that lies across two clock hours there may be as many switches as two clock hours allow',
  },
  {
    seed: 197,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'convergence, in the law itself: where a policy allows short lives only, a new credential is worth its slot only when little of the old one is left (decision 0026)',
  },
  {
    seed: 198,
    registrations: 5,
    years: 4,
    mode: 'all',
    taught:
      'convergence, in the law itself: both slots of a registration for personal accounts are Keeper’s own, and one of them ends in good time before what serves; waiting for it is no late renewal',
  },
];
