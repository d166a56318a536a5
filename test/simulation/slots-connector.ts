/** Role: what a former Keeper and people wrote to the one connector of a state. */
import type { Effect, Facts } from '../../src/core/entry.ts';
import type { Connector } from '../../src/local/simulators/nylas-state.ts';
import { dayMs, minuteMs, type Tenant } from '../support/tenant.ts';
import type { FormerChain } from './slots-chain.ts';
import { byPromotion, isUnlisted, wholeSeconds, type MadeCredential } from './slots-credentials.ts';
import { isPushed, type SlotKind, type SlotState } from './slots.ts';

/** Writes to the connector of one state. */
export class ConnectorMaker {
  readonly #customer: Tenant;
  readonly #state: SlotState;
  readonly #chain: FormerChain;
  readonly #appId: string;
  readonly #now: number;

  constructor(
    customer: Tenant,
    state: SlotState,
    told: { readonly chain: FormerChain; readonly appId: string; readonly now: number },
  ) {
    this.#customer = customer;
    this.#state = state;
    this.#chain = told.chain;
    this.#appId = told.appId;
    this.#now = told.now;
  }

  /** Keeper's pushes one after another, then what people did to the connector. */
  connect(ours: readonly MadeCredential[], held: string | undefined): void {
    const { connector } = this.#state;
    if (connector === 'never') {
      this.#pushInDoubt(ours);
      return;
    }
    const pushed = ours
      .filter(({ kind }) => isUnlisted(kind) || isPushed(kind as SlotKind))
      .toSorted(byPromotion);
    for (const [index, one] of pushed.entries()) this.#push(one, index === 0);
    if (pushed.length === 0) this.#write(`qqq8Q~${'z'.repeat(34)}`);
    this.#chain.note(-70 * dayMs, { what: 'connector-known', connector: this.#connectorId() });
    this.#pushInDoubt(ours);
    const last = pushed.at(-1);
    if (held !== undefined && held !== last?.text) {
      this.#customer.clock.advance(5_000);
      this.#write(held);
    }
    if (connector === 'lost') this.#hand().deleteConnectorByHand(this.#applicationId());
  }

  #push(one: MadeCredential, creates: boolean): void {
    this.#write(one.text);
    const record = this.#connector()?.records.get(this.#connector()?.activeId ?? '');
    if (!record) throw new Error('The connector has no active record');
    const updatedAt = wholeSeconds(record.updatedAt);
    const facts: Facts = {
      records: [{ id: record.id, updatedAt, reached: true }],
      activeRecordId: record.id,
      grants: { total: 0, invalid: 0 },
    };
    const effect = this.#pushEffect(one, creates);
    this.#chain.step(one.promotedAt + minuteMs, effect, 'rotation', { facts });
  }

  #pushInDoubt(ours: readonly MadeCredential[]): void {
    const { connector, beside } = this.#state;
    const doubtful = ours.filter((one) => one.kind === 'doubtful');
    for (const [index, one] of doubtful.entries()) {
      const effect = this.#pushEffect(one, connector === 'never');
      if (beside === 'push' && index === 0) {
        this.#chain.interrupted(effect, 'rotation', {});
        continue;
      }
      const id = this.#customer.world.newId();
      const at = this.#now - 5 * minuteMs + index * 10_000;
      this.#chain.intent(at, effect, 'rotation', id);
      this.#chain.entry(at + 1_000, {
        kind: 'outcome',
        intent: id,
        result: 'doubtful',
        fault: { kind: 'timeout', vendor: 'nylas' },
        retryAt: at + minuteMs,
        reason: 'backing-off',
      });
    }
  }

  #pushEffect({ keyId }: MadeCredential, creates: boolean): Effect {
    const connector = this.#connectorId();
    return { kind: 'push-credential', connector, keyId, appId: this.#appId, creates };
  }

  #hand(): Tenant['cloud']['nylas']['us']['hand'] {
    return this.#customer.cloud.nylas.us.hand;
  }

  #applicationId(): string {
    const [first] = this.#customer.nylas;
    if (!first) throw new Error('The customer has no Nylas application');
    return first.id;
  }

  #connectorId(): string {
    return `us/${this.#applicationId()}`;
  }

  #connector(): Connector | undefined {
    return this.#hand().application(this.#applicationId()).connector;
  }

  #write(clientSecret: string): void {
    const settings = { clientId: this.#appId, clientSecret, tenant: 'common' };
    const { scopes = [] } = this.#customer.wish().connectors[0] ?? {};
    this.#hand().connectorByHand(this.#applicationId(), { settings, scope: scopes });
  }
}
