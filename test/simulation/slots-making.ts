/**
 * Role: makes a state of the two slots as a real world: what people and a former Keeper did to the
 * vendors, and the chain that such a history leaves.
 */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Effect } from '../../src/core/entry.ts';
import { keeperIdentity } from '../../src/local/cloud.ts';
import { accessOf, dayMs, hourMs, minuteMs, type Tenant } from '../support/tenant.ts';
import { FormerChain, key } from './slots-chain.ts';
import { ConnectorMaker } from './slots-connector.ts';
import {
  byPromotion,
  CredentialMaker,
  isUnlisted,
  wholeSeconds,
  type MadeCredential,
  type MadeSlots,
} from './slots-credentials.ts';
import { harmVault, secretName, twinName } from './slots-vault.ts';
import { isPromoted, isSetUpByHand, type SlotKind, type SlotState } from './slots.ts';

/** The world of one state. */
export interface MadeState {
  readonly customer: Tenant;
  readonly desired: DesiredRegistration;
  readonly appId: string;
  readonly slots: MadeSlots;
  /** The removal of all leaked ones is ordered by then. */
  readonly removeAt?: number;
}

/** Makes the world of a state in a fresh customer. */
export async function makeState(customer: Tenant, state: SlotState): Promise<MadeState> {
  return new Maker(customer, state).make();
}

class Maker {
  readonly #customer: Tenant;
  readonly #state: SlotState;
  readonly #now: number;
  readonly #chain: FormerChain;
  #appId = '';
  #objectId = '';

  constructor(customer: Tenant, state: SlotState) {
    this.#customer = customer;
    this.#state = state;
    this.#now = customer.clock.now();
    this.#chain = new FormerChain(customer, this.#now);
  }

  async make(): Promise<MadeState> {
    const { clock, cloud } = this.#customer;
    this.#register();
    const told = { chain: this.#chain, appId: this.#appId, now: this.#now };
    const credentials = new CredentialMaker(this.#customer, this.#state, told);
    const { connector, beside } = this.#state;
    const former = connector === 'removed' ? credentials.unlisted('former') : undefined;
    const gone = beside === 'remove-landed' ? credentials.unlisted('gone') : undefined;
    const slots = this.#state.slots.map((kind, index) =>
      kind === 'empty' ? undefined : credentials.make(kind, index),
    );
    const principal = this.#state.principal ? credentials.onPrincipal() : undefined;
    const ours = [gone, former, ...slots].flatMap((one) =>
      one?.intent === undefined ? [] : [one],
    );
    this.#store(ours);
    const held = this.#heldBy({ former, slots, principal });
    if (isSetUpByHand(this.#state)) {
      cloud.vault.putByHand(secretName, { value: held ?? '' });
      this.#chain.note(-80 * dayMs, { what: 'secret-known' });
    }
    new ConnectorMaker(this.#customer, this.#state, told).connect(ours, held);
    const removeAt = this.#declareLeaked(slots);
    this.#leaveBeside(slots, gone);
    harmVault(this.#customer, this.#state.vault, [...slots, principal]);
    cloud.directory.settle();
    await this.#chain.write();
    clock.advance(minuteMs);
    return {
      customer: this.#customer,
      desired: this.#customer.wish(),
      appId: this.#appId,
      slots,
      ...(removeAt === undefined ? {} : { removeAt }),
    };
  }

  #register(): void {
    const { cloud } = this.#customer;
    const made = cloud.directory.addApplicationByHand(
      {
        displayName: 'Contoso Calendar',
        signInAudience: 'AzureADandPersonalMicrosoftAccount',
        uniqueName: `keeper-${key}`,
        tags: ['keeper', `keeper:${key}`],
        api: { requestedAccessTokenVersion: 2 },
        web: { redirectUris: ['https://api.us.nylas.com/v3/connect/callback'] },
        requiredResourceAccess: accessOf(['Calendars.ReadWrite']),
      },
      { owners: [keeperIdentity.principalId] },
    );
    this.#appId = made.appId;
    this.#objectId = made.id;
    const { appId, id: objectId } = made;
    this.#chain.note(-800 * dayMs, { what: 'registration-known', objectId, appId, created: true });
  }

  /** Adds, stores, proves and promotes what Keeper made, as far as each came. */
  #store(ours: readonly MadeCredential[]): void {
    const { vault } = this.#customer.cloud;
    const { beside } = this.#state;
    for (const one of ours) {
      const { kind, keyId, hint, endAt, addedAt, intent = '' } = one;
      const effect: Effect = { kind: 'add-credential', objectId: this.#objectId, endAt };
      const isFirst = ours.find((other) => other.kind === kind) === one;
      if (kind === 'orphan' && isFirst && beside.includes('add-made')) {
        this.#chain.interrupted(effect, 'due', { parked: beside.startsWith('parked'), id: intent });
        continue;
      }
      this.#chain.step(addedAt, effect, 'due', { facts: { keyId, hint, endAt }, id: intent });
      if (kind === 'orphan') continue;
      const value = kind === 'unprovable' ? `${hint}8Q~${'x'.repeat(34)}` : one.text;
      const tags = { registration: key, appId: this.#appId, keyId, intent };
      const { version } = vault.putByHand(twinName, { value, tags, expSeconds: endAt / 1000 });
      const stored: Effect = { kind: 'store-credential', keyId };
      if (kind === 'unproven' && isFirst && beside === 'store-landed') {
        this.#chain.interrupted(stored, 'rotation', {});
        continue;
      }
      this.#chain.step(addedAt + minuteMs, stored, 'rotation', { facts: { version } });
      if (kind === 'unproven' || kind === 'unprovable') continue;
      const held = { secret: 'pending', version } as const;
      this.#chain.entry(addedAt + 20 * minuteMs, { kind: 'proof', keyId, held, result: 'proved' });
    }
    const promoted = ours.filter(({ kind }) => isUnlisted(kind) || isPromoted(kind as SlotKind));
    for (const one of promoted.toSorted(byPromotion)) this.#promote(one);
  }

  #promote(one: MadeCredential): void {
    const { keyId, endAt, text } = one;
    const id = this.#customer.world.newId();
    const tags = { registration: key, appId: this.#appId, keyId, intent: id };
    const write = { value: text, tags, expSeconds: endAt / 1000 };
    const { version } = this.#customer.cloud.vault.putByHand(secretName, write);
    const effect: Effect = { kind: 'promote-credential', keyId };
    this.#chain.step(one.promotedAt, effect, 'rotation', { facts: { version }, id });
  }

  /** The text that the connector holds in the end. */
  #heldBy(all: {
    readonly former: MadeCredential | undefined;
    readonly slots: MadeSlots;
    readonly principal: MadeCredential | undefined;
  }): string | undefined {
    switch (this.#state.connector) {
      case 'never':
      case 'lost':
        return undefined;
      case 'first':
        return all.slots[0]?.text;
      case 'second':
        return all.slots[1]?.text;
      case 'principal':
        return all.principal?.text;
      case 'removed':
        return all.former?.text;
      case 'unlisted':
        return `zzz8Q~${'y'.repeat(34)}`;
    }
  }

  #declareLeaked(slots: MadeSlots): number | undefined {
    const keyIds = slots.flatMap((one) => (one?.kind === 'leaked' ? [one.keyId] : []));
    if (keyIds.length === 0) return undefined;
    const at = this.#now - 10 * minuteMs;
    const removeAt = at + 4 * hourMs;
    this.#chain.entry(at, {
      kind: 'order',
      orderId: `${new Date(at).toISOString().replaceAll(':', '-')}-${this.#customer.world.newId()}`,
      by: 'a-person',
      orderedAt: at,
      body: { kind: 'compromised', keyIds: [], removeAt, endGrants: 'accept' },
      keyIds,
    });
    return removeAt;
  }

  /** Intents without outcome other than adds, stores and pushes, which are told where they began. */
  #leaveBeside(slots: MadeSlots, gone: MadeCredential | undefined): void {
    const { beside } = this.#state;
    const objectId = this.#objectId;
    const of = (...kinds: readonly string[]): MadeCredential => {
      const found = slots.find((one) => one && kinds.includes(one.kind));
      if (!found) throw new Error(`No slot for ${beside}`);
      return found;
    };
    if (beside === 'add' || beside === 'parked-add') {
      const endAt = wholeSeconds(this.#now + 730 * dayMs);
      const effect: Effect = { kind: 'add-credential', objectId, endAt };
      this.#chain.interrupted(effect, 'due', { parked: beside === 'parked-add' });
    }
    if (beside === 'store') {
      this.#chain.interrupted(
        { kind: 'store-credential', keyId: of('orphan').keyId },
        'rotation',
        {},
      );
    }
    if (beside === 'promote' || beside === 'promote-landed') {
      const { keyId, endAt, text } = of('stored');
      const id = this.#customer.world.newId();
      this.#chain.interrupted({ kind: 'promote-credential', keyId }, 'rotation', { id });
      if (beside === 'promote-landed') {
        const tags = { registration: key, appId: this.#appId, keyId, intent: id };
        const write = { value: text, tags, expSeconds: endAt / 1000 };
        this.#customer.cloud.vault.putByHand(secretName, write);
      }
    }
    if (beside === 'remove') {
      const { keyId, kind } = of('ended', 'orphan', 'leaked');
      const why = kind === 'leaked' ? 'compromised' : (kind as 'ended' | 'orphan');
      const effect = { kind: 'remove-credential', objectId, keyId, why } as const;
      this.#chain.interrupted(effect, 'cleanup', {});
    }
    if (gone) {
      const { keyId } = gone;
      const effect = { kind: 'remove-credential', objectId, keyId, why: 'ended' } as const;
      this.#chain.interrupted(effect, 'cleanup', {});
    }
  }
}
