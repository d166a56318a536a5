/** The `keeper.yaml` of the demonstration: what a customer with five registrations would write. */

/** Where a demonstration connector is. */
export interface DemoConnector {
  readonly region: 'us' | 'eu';
  readonly applicationId: string;
  /** Name of the vault secret with the API key. */
  readonly apiKeySecret: string;
  /** Nylas hides the client id here, so that the operator must vouch for it. */
  readonly takeOver: boolean;
}

export interface DemoRegistration {
  readonly id: string;
  readonly displayName: string;
  readonly appId?: string;
  readonly permissions: readonly string[];
  readonly owns: readonly string[];
  readonly connectors: readonly DemoConnector[];
}

/** Writes the file. */
export function demoFile(vault: string, registrations: readonly DemoRegistration[]): string {
  const head = [
    '# The demonstration tenant: five app registrations in five different states.',
    'registrations:',
  ];
  return `${[...head, ...registrations.flatMap((one) => block(vault, one))].join('\n')}\n`;
}

function block(vault: string, one: DemoRegistration): readonly string[] {
  const regions = [...new Set(one.connectors.map((connector) => connector.region))];
  return [
    `  ${one.id}:`,
    `    displayName: ${one.displayName}`,
    '    audience: organizations-and-personal',
    `    redirectUris: [${regions.map((region) => `hosted-${region}`).join(', ')}]`,
    `    permissions: [${one.permissions.join(', ')}]`,
    ...(one.appId === undefined ? [] : [`    appId: ${one.appId}`]),
    ...(one.owns.length === 0 ? [] : [`    owns: [${one.owns.join(', ')}]`]),
    `    secret: { vault: ${vault}, name: nylas-${one.id} }`,
    '    connectors:',
    ...one.connectors.flatMap((connector) => [
      `      - region: ${connector.region}`,
      `        applicationId: ${connector.applicationId}`,
      `        apiKeySecret: ${connector.apiKeySecret}`,
      ...(connector.takeOver ? ['        takeOver: true'] : []),
    ]),
  ];
}
