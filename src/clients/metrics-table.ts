/**
 * Every metric that Keeper has: the one list that the adapter makes instruments from and that
 * `docs/metrics.md` describes.
 */

/** One metric. */
export interface MetricDescription {
  readonly name: string;
  readonly kind: 'gauge' | 'counter' | 'histogram';
  /** In the notation of UCUM, as OpenTelemetry wants it. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

/** All metrics, by what the adapter calls them. */
export const metricTable = {
  remaining: {
    name: 'keeper.credential.remaining',
    kind: 'gauge',
    unit: 'd',
    description: 'Days until the serving credential ends; below zero when it has.',
    attributes: ['registration'],
  },
  state: {
    name: 'keeper.registration.state',
    kind: 'gauge',
    unit: '1',
    description: '1 for the state that a registration is in, 0 for the others.',
    attributes: ['registration', 'state'],
  },
  lookAge: {
    name: 'keeper.registration.look.age',
    kind: 'gauge',
    unit: 's',
    description: 'Time since a pass last looked at the registration.',
    attributes: ['registration'],
  },
  overdue: {
    name: 'keeper.registration.overdue',
    kind: 'gauge',
    unit: 's',
    description: 'How long the next look is late; 0 while it is not due.',
    attributes: ['registration'],
  },
  proofAge: {
    name: 'keeper.proof.age',
    kind: 'gauge',
    unit: 's',
    description: 'Time since Entra last accepted a secret of the registration.',
    attributes: ['registration'],
  },
  tickAge: {
    name: 'keeper.tick.age',
    kind: 'gauge',
    unit: 's',
    description: 'Time since the last tick of this process.',
    attributes: [],
  },
  passes: {
    name: 'keeper.passes',
    kind: 'counter',
    unit: '{pass}',
    description: 'Passes by how they ended, and the state and reason they left.',
    attributes: ['outcome', 'state', 'reason'],
  },
  actions: {
    name: 'keeper.actions',
    kind: 'counter',
    unit: '{action}',
    description: 'Effects and proofs that were certainly carried out.',
    attributes: ['action'],
  },
  rotations: {
    name: 'keeper.rotations',
    kind: 'counter',
    unit: '{rotation}',
    description: 'Credentials that were made the current version of their vault secret.',
    attributes: ['registration'],
  },
  faults: {
    name: 'keeper.faults',
    kind: 'counter',
    unit: '{fault}',
    description: 'Faults that the loop was answered with.',
    attributes: ['vendor', 'kind'],
  },
  requests: {
    name: 'keeper.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that were sent; of storage, calls of its ports.',
    attributes: ['vendor', 'outcome'],
  },
  requestDuration: {
    name: 'keeper.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long a request took.',
    attributes: ['vendor'],
  },
  passDuration: {
    name: 'keeper.pass.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long a pass took.',
    attributes: ['outcome'],
  },
} as const satisfies Record<string, MetricDescription>;
