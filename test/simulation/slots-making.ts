/**
 * Role: makes a state of the two slots as a real world: what people and a former Keeper did to the
 * vendors, and the chain that such a history leaves.
 */
import { appendEntry, blankHead, type Head } from '../../src/audit/log.ts';
import { displayNameOf } from '../../src/core/checks/interrupted.ts';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Cause, Effect, EntryBody, Facts } from '../../src/core/entry.ts';
import { keeperIdentity } from '../../src/local/cloud.ts';
import type { Connector } from '../../src/local/simulators/nylas-state.ts';
import { dayMs, hourMs, minuteMs, accessOf, type Tenant } from '../support/tenant.ts';
import {
  isForeign,
  isPromoted,
  isPushed,
  isSetUpByHand,
  type SlotKind,
  type SlotState,
} from './slots.ts';

/** A credential of the state, listed or not. */
export interface MadeCredential {
  readonly kind: SlotKind | 'former' | 'gone';
  readonly keyId: string;
  readonly text: string;
  readonly hint: string;
  readonly addedAt: number;
  readonly endAt: number;
  /** When it was made current, if it was. */
  readonly promotedAt: number;
  /** The intent of its add; absent: made by people. */
  readonly intent?: string;
}

/** The world of one state. */
export interface MadeState {
  readonly customer: Tenant;
  readonly desired: DesiredRegistration;
  readonly appId: string;
  readonly slots: readonly (MadeCredential | undefined)[];
  /** The removal of all leaked ones is ordered by then. */
  readonly removeAt?: number;
}

const key = 'calendar';
const secretName = 'nylas-calendar';
const twinName = `${secretName}-pending`;

/** Age and rest of life of each kind, in days. */
const lives: Readonly<Record<Exclude<MadeCredential['kind'], 'empty'>, readonly [number, number]>> =
  {
    'foreign-live': [430, 300],
    'foreign-ending': [720, 10],
    'foreign-ended': [731, -1],
    held: [300, 430],
    'held-due': [710, 20],
    stored: [2 / 24, 730],
    unproven: [0.5 / 24, 730],
    unprovable: [0.5 / 24, 730],
    orphan: [2 / 24, 730],
    ended: [731, -1],
    leaked: [200, 530],
    doubtful: [2, 728],
    former: [600, 130],
    gone: [790, -60],
  };

/** Makes the world of a state in a fresh customer. */
export async function makeState(customer: Tenant, state: SlotState): Promise<MadeState> {
  return new Maker(customer, state).make();
}

class Maker {
  readonly #customer: Tenant;
  readonly #state: SlotState;
  readonly #now: number;
  readonly #entries: { readonly at: number; readonly body: EntryBody }[] = [];
  #appId = '';
  #objectId = '';

  constructor(customer: Tenant, state: SlotState) {
    this.#customer = customer;
    this.#state = state;
    this.#now = customer.clock.now();
  }

  async make(): Promise<MadeState> {
    const { clock, cloud } = this.#customer;
    this.#register();
    const { connector, beside } = this.#state;
    const former = connector === 'removed' ? this.#unlisted('former') : undefined;
    const gone = beside === 'remove-landed' ? this.#unlisted('gone') : undefined;
    const slots = this.#state.slots.map((kind, index) =>
      kind === 'empty' ? undefined : this.#credential(kind, index),
    );
    const principal = this.#state.principal ? this.#onPrincipal() : undefined;
    const ours = [gone, former, ...slots].flatMap((one) =>
      one?.intent === undefined ? [] : [one],
    );
    this.#store(ours);
    const held = this.#heldBy({ former, slots, principal });
    if (isSetUpByHand(this.#state)) {
      cloud.vault.putByHand(secretName, { value: held ?? '' });
      this.#note(-80 * dayMs, { what: 'secret-known' });
    }
    this.#connect(ours, held);
    const removeAt = this.#declareLeaked(slots);
    this.#leaveBeside(slots, gone);
    this.#harmVault(slots, principal);
    cloud.directory.settle();
    await this.#writeChain();
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
    this.#note(-800 * dayMs, { what: 'registration-known', objectId, appId, created: true });
  }

  /** A credential of Keeper's that the directory lists no more. */
  #unlisted(kind: 'former' | 'gone'): MadeCredential {
    const made = this.#credential(kind, 0);
    this.#customer.cloud.directory.removePasswordByHand(this.#appId, made.keyId);
    return made;
  }

  #credential(kind: Exclude<MadeCredential['kind'], 'empty'>, index: number): MadeCredential {
    const { directory } = this.#customer.cloud;
    const [ageDays, restDays] = lives[kind];
    // The second of two likes is the older one, and ends first.
    const addedAt = this.#now - ageDays * dayMs - index * 5 * minuteMs;
    const endAt = wholeSeconds(this.#now + restDays * dayMs - index * 5 * minuteMs);
    const intent = isForeign(kind as SlotKind) ? undefined : this.#customer.world.newId();
    const made = directory.addPasswordByHand(this.#appId, {
      displayName: intent === undefined ? 'made in the portal' : displayNameOf(intent),
      startAt: addedAt + 1_000,
      endAt: Math.max(endAt, this.#now + hourMs),
    });
    if (endAt <= this.#now) directory.endPasswordEarly(this.#appId, made.keyId, endAt);
    const { keyId, text } = made;
    const promotedAt = this.#promotedAt(kind, { addedAt, index });
    return {
      kind,
      keyId,
      text,
      hint: text.slice(0, 3),
      addedAt,
      endAt,
      promotedAt,
      ...(intent === undefined ? {} : { intent }),
    };
  }

  /** What the connector holds was pushed last; all else after its day of rest. */
  #promotedAt(
    kind: MadeCredential['kind'],
    { addedAt, index }: { readonly addedAt: number; readonly index: number },
  ): number {
    if (kind === 'doubtful') return this.#now - (30 + 5 * index) * minuteMs;
    const isHeld = this.#state.connector === (index === 0 ? 'first' : 'second');
    const isLast = isHeld && (kind === 'held' || kind === 'held-due');
    return isLast ? this.#now - 3 * dayMs : addedAt + dayMs;
  }

  #onPrincipal(): MadeCredential {
    const [addedAt, endAt] = [this.#now - 50 * dayMs, wholeSeconds(this.#now + 300 * dayMs)];
    const made = this.#customer.cloud.directory.addPasswordByHand(this.#appId, {
      on: 'service-principal',
      startAt: addedAt,
      endAt,
    });
    return {
      kind: 'foreign-live',
      ...made,
      hint: made.text.slice(0, 3),
      addedAt,
      endAt,
      promotedAt: 0,
    };
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
        this.#interrupted(effect, 'due', { parked: beside.startsWith('parked'), id: intent });
        continue;
      }
      this.#step(addedAt, effect, 'due', { facts: { keyId, hint, endAt }, id: intent });
      if (kind === 'orphan') continue;
      const value = kind === 'unprovable' ? `${hint}8Q~${'x'.repeat(34)}` : one.text;
      const tags = { registration: key, appId: this.#appId, keyId, intent };
      const { version } = vault.putByHand(twinName, { value, tags, expSeconds: endAt / 1000 });
      const stored: Effect = { kind: 'store-credential', keyId };
      if (kind === 'unproven' && isFirst && beside === 'store-landed') {
        this.#interrupted(stored, 'rotation', {});
        continue;
      }
      this.#step(addedAt + minuteMs, stored, 'rotation', { facts: { version } });
      if (kind === 'unproven' || kind === 'unprovable') continue;
      const held = { secret: 'pending', version } as const;
      this.#entry(addedAt + 20 * minuteMs, { kind: 'proof', keyId, held, result: 'proved' });
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
    this.#step(one.promotedAt, effect, 'rotation', { facts: { version }, id });
  }

  /** The text that the connector holds in the end. */
  #heldBy(all: {
    readonly former: MadeCredential | undefined;
    readonly slots: readonly (MadeCredential | undefined)[];
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

  /** Keeper's pushes one after another, then what people did to the connector. */
  #connect(ours: readonly MadeCredential[], held: string | undefined): void {
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
    this.#note(-70 * dayMs, { what: 'connector-known', connector: this.#connectorId() });
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
    this.#step(one.promotedAt + minuteMs, effect, 'rotation', { facts });
  }

  #pushInDoubt(ours: readonly MadeCredential[]): void {
    const { connector, beside } = this.#state;
    const doubtful = ours.filter((one) => one.kind === 'doubtful');
    for (const [index, one] of doubtful.entries()) {
      const effect = this.#pushEffect(one, connector === 'never');
      if (beside === 'push' && index === 0) {
        this.#interrupted(effect, 'rotation', {});
        continue;
      }
      const id = this.#customer.world.newId();
      const at = this.#now - 5 * minuteMs + index * 10_000;
      this.#intent(at, effect, 'rotation', id);
      this.#entry(at + 1_000, {
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

  #declareLeaked(slots: readonly (MadeCredential | undefined)[]): number | undefined {
    const keyIds = slots.flatMap((one) => (one?.kind === 'leaked' ? [one.keyId] : []));
    if (keyIds.length === 0) return undefined;
    const at = this.#now - 10 * minuteMs;
    const removeAt = at + 4 * hourMs;
    this.#entry(at, {
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
  #leaveBeside(
    slots: readonly (MadeCredential | undefined)[],
    gone: MadeCredential | undefined,
  ): void {
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
      this.#interrupted(effect, 'due', { parked: beside === 'parked-add' });
    }
    if (beside === 'store') {
      this.#interrupted({ kind: 'store-credential', keyId: of('orphan').keyId }, 'rotation', {});
    }
    if (beside === 'promote' || beside === 'promote-landed') {
      const { keyId, endAt, text } = of('stored');
      const id = this.#customer.world.newId();
      this.#interrupted({ kind: 'promote-credential', keyId }, 'rotation', { id });
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
      this.#interrupted(effect, 'cleanup', {});
    }
    if (gone) {
      const { keyId } = gone;
      const effect = { kind: 'remove-credential', objectId, keyId, why: 'ended' } as const;
      this.#interrupted(effect, 'cleanup', {});
    }
  }

  #harmVault(
    slots: readonly (MadeCredential | undefined)[],
    principal: MadeCredential | undefined,
  ): void {
    const { vault } = this.#customer.cloud;
    const drop = (name: string, purges: boolean): void => {
      if (vault.state.versions(name).length === 0) return;
      vault.deleteByHand(name);
      this.#customer.clock.advance(10_000);
      if (purges) vault.purge(name);
    };
    const foreign = [...slots, principal].find((one) => one?.kind.startsWith('foreign-'));
    switch (this.#state.vault) {
      case 'plain':
        return;
      case 'purged':
      case 'deleted':
        drop(secretName, this.#state.vault === 'purged');
        return;
      case 'both-purged':
      case 'both-deleted':
        for (const name of [secretName, twinName]) drop(name, this.#state.vault === 'both-purged');
        return;
      case 'twin-purged':
      case 'twin-deleted':
        drop(twinName, this.#state.vault === 'twin-purged');
        return;
      case 'disabled':
        vault.disableByHand(secretName);
        return;
      case 'by-hand':
        vault.putByHand(secretName, {
          value: liveForeign(slots, principal) ?? foreign?.text ?? '',
        });
        return;
      case 'by-hand-false':
        vault.putByHand(secretName, { value: `www8Q~${'v'.repeat(34)}` });
        return;
    }
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

  #note(at: number, seen: Extract<EntryBody, { kind: 'observation' }>['seen']): void {
    this.#entry(this.#now + at, { kind: 'observation', seen });
  }

  #entry(at: number, body: EntryBody): void {
    this.#entries.push({ at, body });
  }

  #intent(at: number, effect: Effect, because: Cause, id: string): void {
    const deadlineAt = at + minuteMs;
    this.#entry(at, { kind: 'intent', id, effect, deadlineAt, worker: 'former', because });
  }

  #step(
    at: number,
    effect: Effect,
    because: Cause,
    { facts, id = this.#customer.world.newId() }: { readonly facts: Facts; readonly id?: string },
  ): void {
    this.#intent(at, effect, because, id);
    this.#entry(at + 1_000, { kind: 'outcome', intent: id, result: 'done', facts });
  }

  /** The last thing that a dead worker began; `parked`: its answer was lost, and the chain says so. */
  #interrupted(
    effect: Effect,
    because: Cause,
    {
      parked = false,
      id = this.#customer.world.newId(),
    }: { readonly parked?: boolean; readonly id?: string },
  ): void {
    const isAdd = effect.kind === 'add-credential';
    const at = this.#now - (isAdd ? 2 * hourMs : 2 * minuteMs);
    this.#intent(at, effect, because, id);
    if (!parked) return;
    const fault = { kind: 'timeout', vendor: 'graph' } as const;
    this.#entry(at + minuteMs, { kind: 'outcome', intent: id, result: 'doubtful', fault });
  }

  async #writeChain(): Promise<void> {
    let head: Head = blankHead;
    const { chains } = this.#customer.world;
    for (const { at, body } of this.#entries.toSorted((one, other) => one.at - other.at)) {
      const appended = await appendEntry(chains, key, head, body, Math.floor(at));
      if (!appended.ok || !appended.value) throw new Error('The chain was not written');
      head = appended.value.head;
    }
  }
}

/** A working foreign secret to put into the vault: the one that ends last. */
function liveForeign(
  slots: readonly (MadeCredential | undefined)[],
  principal: MadeCredential | undefined,
): string | undefined {
  const live = [...slots, principal].filter(
    (one) => one?.kind === 'foreign-live' || one?.kind === 'foreign-ending',
  );
  return live.toSorted((one, other) => (other?.endAt ?? 0) - (one?.endAt ?? 0))[0]?.text;
}

function byPromotion(one: MadeCredential, other: MadeCredential): number {
  return one.promotedAt - other.promotedAt;
}

/** Keeper's and once pushed, not in a slot any more. */
function isUnlisted(kind: MadeCredential['kind']): boolean {
  return kind === 'former' || kind === 'gone';
}

function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
