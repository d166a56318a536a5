/**
 * Role: what infra/ must contain and may contain, with the reason of each. A right, a version or a
 * setting that is not listed here is a finding, and so is one that is listed and not there.
 */

/** Rights: who | role | on what, and why. `principalId` is the identity that a module is given. */
export const expectedRights: Readonly<Record<string, string>> = {
  'webPrincipalId | Storage Blob Data Reader | containers audit':
    'shows the history of a registration',
  'webPrincipalId | Storage Blob Data Reader | containers checkpoints':
    'shows how far the log is signed',
  'webPrincipalId | Storage Blob Data Reader | containers state': 'shows the status',
  'webPrincipalId | Storage Blob Data Reader | containers results': 'shows what became of an order',
  'webPrincipalId | Storage Blob Data Reader | containers config': 'reads the last good file',
  'webPrincipalId | own role writer | containers orders': 'writes down what a person asks for',
  'webPrincipalId | Storage Queue Data Message Sender | queues keeper-work': 'asks for a pass',
  'workerPrincipalId | Storage Blob Data Contributor | containers state': 'the cached fold',
  'workerPrincipalId | Storage Blob Data Contributor | containers orders':
    'deletes an order once answered',
  'workerPrincipalId | Storage Blob Data Contributor | containers config':
    'the last good file, poison',
  'workerPrincipalId | own role writer | containers audit': 'appends entries; deletes none',
  'workerPrincipalId | own role writer | containers checkpoints':
    'creates checkpoints; deletes none',
  'workerPrincipalId | own role writer | containers switches': 'counts switches; deletes none',
  'workerPrincipalId | own role writer | containers results': 'answers orders; deletes none',
  'workerPrincipalId | Storage Queue Data Contributor | queues keeper-work':
    'sends and takes messages',
  'workerPrincipalId | Storage Queue Data Contributor | queues keeper-work-poison':
    'the host puts there what failed',
  'workerPrincipalId | Key Vault Secrets Officer | vaults vaultName':
    'stores secrets, disables versions, reads API keys',
  'workerPrincipalId | own role signer | keys keeper-checkpoint': 'signs checkpoints',
  'webPrincipalId | Monitoring Metrics Publisher | components name': 'sends its log',
  'workerPrincipalId | Monitoring Metrics Publisher | components name': 'sends its log',
  'principalId | Storage Blob Data Owner | storageAccounts name':
    'the host of an app, in its own account',
  'principalId | Storage Table Data Contributor | storageAccounts name':
    "the host's diagnostic events",
  'principalId | Storage Blob Data Contributor | containers dead-letters':
    'Event Grid leaves what it could not deliver',
};

/** Our own roles: what each may do with data, and nothing else. */
export const expectedOwnRoles: Readonly<Record<string, readonly string[]>> = {
  writer: [
    'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read',
    'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action',
    'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write',
  ],
  signer: ['Microsoft.KeyVault/vaults/keys/read', 'Microsoft.KeyVault/vaults/keys/sign/action'],
};

/**
 * Versions of resource types, and when each was last looked up in Microsoft's own types for Bicep (those of
 * 2026-08-20), together with every property that infra/ sets. Key Vault's before 2026-02-01 are
 * retired on 2027-02-27; no date is known for the others.
 */
export const expectedVersions: Readonly<Record<string, string>> = {
  'Microsoft.Authorization/roleAssignments@2022-04-01': '2026-11-26',
  'Microsoft.Authorization/roleDefinitions@2022-04-01': '2026-11-26',
  'Microsoft.Consumption/budgets@2023-11-01': '2026-11-26',
  'Microsoft.EventGrid/systemTopics@2025-02-15': '2026-11-26',
  'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15': '2026-11-26',
  'Microsoft.Graph/appRoleAssignedTo@v1.0': '2026-11-26',
  'Microsoft.Graph/applications@v1.0': '2026-11-26',
  'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0': '2026-11-26',
  'Microsoft.Graph/servicePrincipals@v1.0': '2026-11-26',
  'Microsoft.Insights/actionGroups@2023-01-01': '2026-11-26',
  'Microsoft.Insights/components@2020-02-02': '2026-11-26',
  'Microsoft.Insights/diagnosticSettings@2021-05-01-preview': '2026-11-26',
  'Microsoft.Insights/metricAlerts@2018-03-01': '2026-11-26',
  'Microsoft.Insights/scheduledQueryRules@2023-12-01': '2026-11-26',
  'Microsoft.Insights/workbooks@2023-06-01': '2026-11-26',
  'Microsoft.KeyVault/vaults@2026-02-01': '2026-11-26',
  'Microsoft.KeyVault/vaults/keys@2026-02-01': '2026-11-26',
  'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31': '2026-11-26',
  'Microsoft.OperationalInsights/workspaces@2023-09-01': '2026-11-26',
  'Microsoft.Resources/resourceGroups@2024-11-01': '2026-11-26',
  'Microsoft.Storage/storageAccounts@2024-01-01': '2026-11-26',
  'Microsoft.Storage/storageAccounts/blobServices@2024-01-01': '2026-11-26',
  'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01': '2026-11-26',
  'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2024-01-01':
    '2026-11-26',
  'Microsoft.Storage/storageAccounts/queueServices@2024-01-01': '2026-11-26',
  'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01': '2026-11-26',
  'Microsoft.Web/serverfarms@2024-04-01': '2026-11-26',
  'Microsoft.Web/sites@2024-04-01': '2026-11-26',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01': '2026-11-26',
  'Microsoft.Web/sites/config@2024-04-01': '2026-11-26',
};

/** Containers beside those of the code, and who uses them. */
export const otherContainers: Readonly<Record<string, string>> = {
  'dead-letters': 'Event Grid',
  deployment: 'the host of an app: its package',
};

/** Settings of Keeper that a deployment in Azure leaves out, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  KEEPER_STORAGE: 'a connection string is for development; here no key exists',
  KEEPER_INSTANCE: 'the platform names the instance',
};

/** Settings of Keeper that only one part needs. */
export const ofOnePart: Readonly<Record<string, 'web' | 'worker'>> = {
  KEEPER_AUDIENCE: 'web',
  KEEPER_PUBLIC_URL: 'web',
  KEEPER_TICK: 'worker',
  KEEPER_CHECKPOINT: 'worker',
  KEEPER_CHECKPOINT_KEY: 'worker',
  KEEPER_SWITCHES_PER_HOUR: 'worker',
  KEEPER_ACTIONS_PER_PASS: 'worker',
};

/** Settings that the platform reads, and what each is for. */
export const platformSettings: Readonly<Record<'both' | 'web' | 'worker', readonly string[]>> = {
  both: [
    'AzureWebJobsStorage__blobServiceUri',
    'AzureWebJobsStorage__queueServiceUri',
    'AzureWebJobsStorage__tableServiceUri',
    'AzureWebJobsStorage__credential',
    'AzureWebJobsStorage__clientId',
    'AzureWebJobsDisableHomepage',
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
    // Read by the metrics, by names that OpenTelemetry has made standard.
    'OTEL_METRICS_EXPORTER',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ],
  // The federated credential in place of a client secret.
  web: ['OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'],
  // The connection of the queue triggers.
  worker: [
    'KEEPER_STORAGE__queueServiceUri',
    'KEEPER_STORAGE__credential',
    'KEEPER_STORAGE__clientId',
  ],
};

/** What must raise an alert, and the lines of the log that tell of it. */
export const expectedLines: Readonly<Record<string, readonly string[]>> = {
  silence: ['tick'],
  expiring: ['pass', 'credential of an unmanaged registration ends'],
  poison: ['message failed too often'],
  'needs-person-now': ['pass'],
  'needs-person': ['pass'],
  audit: [
    'audit chain is broken; nothing is done for this registration',
    'audit chain is not what was written',
    'audit log contradicts its checkpoint',
  ],
  'no-checkpoint': ['checkpoint'],
  'faulty-file': ['keeper.yaml is faulty; running on the last good one'],
};

/** The alerts that read the log; one more is a metric of the system topic. */
export const expectedAlerts = Object.keys(expectedLines);

/** Waits that are a plan for a credential that ends soon, and why. All others are trouble when they last. */
export const expectedPlans: Readonly<Record<string, string>> = {
  settling: 'a new one rests for a day',
  frozen: 'somebody wished it; a freeze ends 14 days before the credential does',
};

/** What each identity's parameters must be given: names of modules' parameters. */
export const expectedWiring: Readonly<Record<string, string>> = {
  'infra/main.bicep webHost.principalId': 'webIdentity.properties.principalId',
  'infra/main.bicep webHost.identityId': 'webIdentity.id',
  'infra/main.bicep workerHost.principalId': 'workerIdentity.properties.principalId',
  'infra/main.bicep workerHost.identityId': 'workerIdentity.id',
  'infra/main.bicep web.identityId': 'webIdentity.id',
  'infra/main.bicep web.identityClientId': 'webIdentity.properties.clientId',
  'infra/main.bicep web.hostStorageName': 'webHost.outputs.name',
  'infra/main.bicep worker.identityId': 'workerIdentity.id',
  'infra/main.bicep worker.identityClientId': 'workerIdentity.properties.clientId',
  'infra/main.bicep worker.hostStorageName': 'workerHost.outputs.name',
  'infra/main.bicep insights.webPrincipalId': 'webIdentity.properties.principalId',
  'infra/main.bicep insights.workerPrincipalId': 'workerIdentity.properties.principalId',
  'infra/kept.bicep dataAccess.webPrincipalId': 'identities.outputs.webPrincipalId',
  'infra/kept.bicep dataAccess.workerPrincipalId': 'identities.outputs.workerPrincipalId',
  'infra/kept.bicep signingKey.workerPrincipalId': 'identities.outputs.workerPrincipalId',
  'infra/kept.bicep mainVaultAccess.workerPrincipalId': 'identities.outputs.workerPrincipalId',
  'infra/kept.bicep furtherVaultAccess.workerPrincipalId': 'identities.outputs.workerPrincipalId',
};

/** What each file declares: resources that it makes, and modules that it deploys. */
export const expectedDeclarations: Readonly<Record<string, readonly string[]>> = {
  'infra/app/function-app.bicep': ['plan', 'site', 'noFtp', 'noScm'],
  'infra/app/host-storage.bicep': ['account', 'blobs', 'deployment', 'hostBlobs', 'hostTables'],
  'infra/app/sign-in.bicep': ['signIn', 'signInLog'],
  'infra/events.bicep': ['topics', 'subscriptions'],
  'infra/events/dead-letter-access.bicep': ['topicWrites'],
  'infra/events/located-topic.bicep': ['topic', 'topicLog'],
  'infra/events/subscription.bicep': ['eventSubscription', 'deadLetterAlert', 'deadLetterAccess'],
  'infra/events/system-topic.bicep': ['topic'],
  'infra/graph.bicep': [
    'signIn',
    'signInPrincipal',
    'webStandsIn',
    'ownedApplications',
    'policies',
    'mayRead',
    'mayOperate',
  ],
  'infra/kept.bicep': [
    'group',
    'identities',
    'workspace',
    'data',
    'dataAccess',
    'vault',
    'signingKey',
    'mainVaultAccess',
    'furtherVaultAccess',
  ],
  'infra/kept/data-access.bicep': [
    'writer',
    'webRead',
    'webWrite',
    'webSend',
    'workerChange',
    'workerWrite',
    'workerQueue',
  ],
  'infra/kept/data-storage.bicep': [
    'account',
    'blobs',
    'containers',
    'wormContainers',
    'worm',
    'queues',
    'workQueues',
    'blobLog',
  ],
  'infra/kept/identities.bicep': ['web', 'worker'],
  'infra/kept/signing-key.bicep': ['key', 'signer', 'workerSigns'],
  'infra/kept/vault-access.bicep': ['workerSecrets'],
  'infra/kept/vault.bicep': ['vault', 'vaultLog'],
  'infra/kept/workspace.bicep': ['workspace'],
  'infra/main.bicep': [
    'group',
    'insights',
    'webHost',
    'workerHost',
    'web',
    'signIn',
    'worker',
    'actionGroup',
    'alerts',
    'workbook',
    'budget',
  ],
  'infra/watch/action-group.bicep': ['actionGroup'],
  'infra/watch/alerts.bicep': ['alerts'],
  'infra/watch/budget.bicep': ['budget'],
  'infra/watch/insights.bicep': ['component', 'webPublishes', 'workerPublishes'],
  'infra/watch/workbook.bicep': ['workbook'],
};

/** What is logged beside the apps' own lines: file, resource, category; and why. */
export const expectedLogs: Readonly<Record<string, string>> = {
  'infra/app/sign-in.bicep site AppServiceAuthenticationLogs': 'who was let in, and who was not',
  'infra/events/located-topic.bicep topic DeliveryFailures': 'why an event did not arrive',
  'infra/kept/data-storage.bicep blobs StorageWrite': 'who wrote to the audit log and the orders',
  'infra/kept/data-storage.bicep blobs StorageDelete': 'who deleted, or tried to',
  'infra/kept/vault.bicep vault audit': 'who read, wrote or deleted a secret, and who signed',
};
