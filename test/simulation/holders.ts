/**
 * Role: who holds a credential's text at Nylas: every record of every connector, by the truth. And the
 * deeds of people that make further holders.
 */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import { cloudHosts } from '../../src/local/cloud.ts';
import type { Password } from '../../src/local/simulators/directory-objects.ts';
import type { Tenant } from '../support/tenant.ts';

/** One place at Nylas that holds a text. */
export interface Holder {
  readonly name: string;
  /** Undefined: there is no connector. */
  readonly text: string | undefined;
}

/** All of them; no record is there that is neither declared nor was active under Keeper. */
export function holdersOf({ cloud, nylas }: Tenant): readonly Holder[] {
  return nylas.flatMap(({ region, id }, index): readonly Holder[] => {
    const { connector } = cloud.nylas[region].hand.application(id);
    if (!connector) return [{ name: `connector ${index}`, text: undefined }];
    return [...connector.records.values()].map((record) => ({
      name: record.id === connector.activeId ? `connector ${index}` : `a record of ${index}`,
      text: record.data.clientSecret,
    }));
  });
}

/** Of which credential each holder has the text that is not this one. */
export function strayHolders(customer: Tenant, wanted: Password | undefined): readonly string[] {
  return holdersOf(customer)
    .filter(({ text }) => text === undefined || text !== wanted?.text)
    .map(({ name, text }) => {
      const found = customer.passwords().find((one) => one.text === text);
      return `${name} holds ${found?.keyId ?? 'what is not listed'}, not ${wanted?.keyId ?? 'anything'}`;
    });
}

/**
 * A person makes a record of the second connector with this credential's text, and names it in the
 * file. Its tenant differs: Nylas gives back a record that has the same content instead of making one.
 */
export async function withRecord(
  customer: Tenant,
  calendar: DesiredRegistration,
  { text }: Password,
): Promise<DesiredRegistration> {
  const { cloud, nylas } = customer;
  const [, second] = nylas;
  if (!second) throw new Error('The customer has no second connector');
  const key = cloud.vault.state.current(second.apiKeySecret)?.value ?? '';
  const reply = await cloud.fetch(
    new Request(`https://${cloudHosts[second.region]}/v3/connectors/microsoft/creds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'made in the dashboard',
        credential_type: 'connector',
        credential_data: {
          client_id: customer.application().appId,
          client_secret: text,
          tenant: 'organizations',
        },
      }),
    }),
  );
  if (!reply.ok) throw new Error(`The record was refused with ${reply.status}`);
  const { data } = (await reply.json()) as { readonly data: { readonly id: string } };
  return {
    ...calendar,
    connectors: calendar.connectors.map((one) =>
      one.applicationId === second.id ? { ...one, records: [data.id] } : one,
    ),
  };
}

/** A person sets the second connector up with this credential's text, and lets Keeper have it. */
export function withSecondConnector(
  customer: Tenant,
  calendar: DesiredRegistration,
  { text }: Password,
): DesiredRegistration {
  const [, second] = customer.nylas;
  const wanted = calendar.connectors.find((one) => one.applicationId === second?.id);
  if (!second || !wanted) throw new Error('The customer has no second connector');
  customer.cloud.nylas[second.region].hand.connectorByHand(second.id, {
    settings: { clientId: customer.application().appId, clientSecret: text, tenant: 'common' },
    scope: wanted.scopes,
  });
  return {
    ...calendar,
    connectors: calendar.connectors.map((one) =>
      one === wanted ? { ...one, takeOver: true } : one,
    ),
  };
}
