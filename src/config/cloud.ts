/**
 * The clouds of Microsoft that Keeper knows, by the addresses in the settings. infra/clouds.bicep holds
 * the same table for deployments; a test compares the two.
 */

/** One cloud. A Graph host may be further than the first one: the same cloud for another customer. */
export interface Cloud {
  /** As the Azure command line calls it. */
  readonly name: 'AzureCloud' | 'AzureUSGovernment' | 'AzureChinaCloud';
  /** As people call it. */
  readonly title: string;
  /** The first is the usual one. */
  readonly graphHosts: readonly [string, ...string[]];
  /** The first is the one whose name tokens bear. */
  readonly loginHosts: readonly [string, ...string[]];
  readonly vaultSuffix: string;
  /** Whether personal Microsoft accounts exist there. */
  readonly hasPersonalAccounts: boolean;
}

/** All known clouds. What is in none of them, such as a simulator, is not judged. */
export const clouds: readonly Cloud[] = [
  {
    name: 'AzureCloud',
    title: 'the public cloud',
    graphHosts: ['graph.microsoft.com'],
    loginHosts: ['login.microsoftonline.com'],
    vaultSuffix: 'vault.azure.net',
    hasPersonalAccounts: true,
  },
  {
    name: 'AzureUSGovernment',
    title: 'Azure Government',
    graphHosts: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
    loginHosts: ['login.microsoftonline.us'],
    vaultSuffix: 'vault.usgovcloudapi.net',
    hasPersonalAccounts: false,
  },
  {
    name: 'AzureChinaCloud',
    title: 'Azure in China',
    graphHosts: ['microsoftgraph.chinacloudapi.cn'],
    loginHosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    vaultSuffix: 'vault.azure.cn',
    hasPersonalAccounts: false,
  },
];

/** Addresses of a deployment; what is not told is not judged. */
export interface Endpoints {
  readonly graphUrl?: string;
  readonly loginUrl?: string;
  readonly vaultSuffix?: string;
}

/** The cloud that an address of each kind belongs to; nothing for one that no known cloud has. */
export function cloudsOf({ graphUrl, loginUrl, vaultSuffix }: Endpoints): {
  readonly graph: Cloud | undefined;
  readonly login: Cloud | undefined;
  readonly vault: Cloud | undefined;
} {
  const graph = hostOf(graphUrl);
  const login = hostOf(loginUrl);
  const vault = vaultSuffix?.toLowerCase();
  return {
    graph: clouds.find(({ graphHosts }) => graphHosts.some((host) => host === graph)),
    login: clouds.find(({ loginHosts }) => loginHosts.some((host) => host === login)),
    vault: clouds.find((one) => one.vaultSuffix === vault),
  };
}

/** The cloud of a deployment: that of its sign-in, else that of its directory. */
export function cloudOf(endpoints: Endpoints): Cloud | undefined {
  const { login, graph } = cloudsOf(endpoints);
  return login ?? graph;
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.hostname;
}
