// What comes with `azd up` and goes with `azd down`: the two apps, what hosts them, and what watches them.
// kept.bicep runs first and makes the rest; this deployment only refers to it.
targetScope = 'subscription'

import { tokenOf, appGroupOf, keptGroupOf, nameOf, addressOf, storageOf, vaultOf } from 'names.bicep'
import { graphUrls, loginUrls } from 'clouds.bicep'

@description('Short name of the environment, the same as for kept.bicep.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Region of everything. It must offer Flex Consumption.')
param location string

@description('Put on every resource, beside those of the environment.')
param tags object = {}

@description('Name of the vault with the signing key, if kept.bicep did not make the name.')
param vaultName string = ''

@description('Client id of the registration that operators sign in with: see graph.bicep. Empty: nobody can sign in.')
param signInClientId string = ''

@description('Client ids of programs that may call the API, with commas between. Each also needs a role: see docs/api.md.')
param callers string = ''

@description('Where people find Keeper, if not at the address of the app: an own domain. https://, without path.')
param publicUrl string = ''

@description('When Keeper looks for what is due: six fields, in UTC.')
param tick string = '0 */15 * * * *'

@description('When Keeper looks whether a checkpoint of the audit log is due: six fields, in UTC.')
param checkpoint string = '0 0 * * * *'

@description('How many connectors may be given another secret in an hour, over the whole fleet.')
param switchesPerHour string = '50'

@description('How many actions a pass over one registration may take.')
param actionsPerPass string = '24'

@description('The Nylas API of region us.')
param nylasUsUrl string = 'https://api.us.nylas.com'

@description('The Nylas API of region eu.')
param nylasEuUrl string = 'https://api.eu.nylas.com'

@description('Microsoft Graph. Empty: that of this cloud.')
param graphUrl string = ''

@description('Where metrics go: empty for the log, otlp for a collector, none for nowhere. See docs/metrics.md.')
@allowed(['', 'otlp', 'console', 'none'])
param metricsExporter string = ''

@description('Address of a collector that takes OTLP over HTTP. Empty: none.')
param metricsEndpoint string = ''

@description('Memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Who gets alerts by e-mail: addresses with commas between.')
param alertEmails string = ''

@description('Where alerts are also posted. It may hold a token, so it is a secret.')
@secure()
param alertWebhook string = ''

@description('Monthly budget of this group in the billing currency. 0: none.')
param budgetAmount string = '0'

@description('First day of the month in which the budget began. It cannot change later.')
param budgetStartDate string = ''

var token = tokenOf(subscription().id, environmentName)
var allTags = union(tags, { application: 'keeper', environment: environmentName, 'azd-env-name': environmentName })
var mainVaultName = empty(vaultName) ? vaultOf(environmentName, token) : vaultName
var keptGroupName = keptGroupOf(environmentName)
var vaultSuffix = substring(environment().suffixes.keyvaultDns, 1)
var callerIds = empty(callers) ? [] : map(split(callers, ','), one => trim(one))
var emails = empty(alertEmails) ? [] : split(alertEmails, ',')

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: appGroupOf(environmentName)
  location: location
  tags: allTags
}

resource webIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: '${nameOf('id', environmentName)}-web'
  scope: resourceGroup(keptGroupName)
}

resource workerIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: '${nameOf('id', environmentName)}-worker'
  scope: resourceGroup(keptGroupName)
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageOf('data', environmentName, token)
  scope: resourceGroup(keptGroupName)
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: nameOf('log', environmentName)
  scope: resourceGroup(keptGroupName)
}

module insights 'watch/insights.bicep' = {
  name: 'insights'
  scope: group
  params: {
    location: location
    tags: allTags
    name: nameOf('appi', environmentName)
    workspaceId: workspace.id
    webPrincipalId: webIdentity.properties.principalId
    workerPrincipalId: workerIdentity.properties.principalId
    webIdentityId: webIdentity.id
    workerIdentityId: workerIdentity.id
  }
}

module webHost 'app/host-storage.bicep' = {
  name: 'web-host'
  scope: group
  params: {
    location: location
    tags: allTags
    name: storageOf('web', environmentName, token)
    principalId: webIdentity.properties.principalId
    identityId: webIdentity.id
  }
}

module workerHost 'app/host-storage.bicep' = {
  name: 'worker-host'
  scope: group
  params: {
    location: location
    tags: allTags
    name: storageOf('work', environmentName, token)
    principalId: workerIdentity.properties.principalId
    identityId: workerIdentity.id
  }
}

// Both parts name all addresses: a part refuses to start on a wrong setting, even on one of the other part.
var sharedSettings = {
  KEEPER_TENANT_ID: tenant().tenantId
  KEEPER_GRAPH_URL: empty(graphUrl) ? graphUrls[environment().name] : graphUrl
  KEEPER_LOGIN_URL: loginUrls[environment().name]
  KEEPER_VAULT_SUFFIX: vaultSuffix
  KEEPER_NYLAS_US_URL: nylasUsUrl
  KEEPER_NYLAS_EU_URL: nylasEuUrl
  KEEPER_FILE: 'keeper.yaml'
  KEEPER_STORAGE_ACCOUNT_URL: data.properties.primaryEndpoints.blob
  KEEPER_QUEUE_URL: data.properties.primaryEndpoints.queue
  KEEPER_QUEUE: 'keeper-work'
  OTEL_METRICS_EXPORTER: metricsExporter
  OTEL_EXPORTER_OTLP_ENDPOINT: metricsEndpoint
}

module web 'app/function-app.bicep' = {
  name: 'web'
  scope: group
  params: {
    location: location
    tags: union(allTags, { 'azd-service-name': 'web' })
    name: addressOf('func', '${environmentName}-web', token)
    planName: '${nameOf('asp', environmentName)}-web'
    identityId: webIdentity.id
    identityClientId: webIdentity.properties.clientId
    hostStorageName: webHost.outputs.name
    deploymentContainer: webHost.outputs.deploymentContainer
    insightsName: insights.outputs.name
    instanceMemoryMB: instanceMemoryMB
    inboundRules: []
    inboundDefault: 'Allow'
    settings: union(sharedSettings, {
      KEEPER_PART: 'web'
      KEEPER_AUDIENCE: signInClientId
      KEEPER_PUBLIC_URL: publicUrl
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: webIdentity.properties.clientId
    })
  }
}

module signIn 'app/sign-in.bicep' = {
  name: 'sign-in'
  scope: group
  params: {
    appName: web.outputs.name
    clientId: signInClientId
    callers: callerIds
    workspaceId: workspace.id
  }
}

// The worker answers nobody but Event Grid, which comes from its own addresses.
module worker 'app/function-app.bicep' = {
  name: 'worker'
  scope: group
  params: {
    location: location
    tags: union(allTags, { 'azd-service-name': 'worker' })
    name: addressOf('func', '${environmentName}-worker', token)
    planName: '${nameOf('asp', environmentName)}-worker'
    identityId: workerIdentity.id
    identityClientId: workerIdentity.properties.clientId
    hostStorageName: workerHost.outputs.name
    deploymentContainer: workerHost.outputs.deploymentContainer
    insightsName: insights.outputs.name
    instanceMemoryMB: instanceMemoryMB
    inboundRules: [
      { name: 'event-grid', action: 'Allow', priority: 100, tag: 'ServiceTag', ipAddress: 'AzureEventGrid' }
    ]
    inboundDefault: 'Deny'
    settings: union(sharedSettings, {
      KEEPER_PART: 'worker'
      KEEPER_TICK: tick
      KEEPER_CHECKPOINT: checkpoint
      KEEPER_CHECKPOINT_KEY: 'https://${mainVaultName}.${vaultSuffix}/keys/keeper-checkpoint'
      KEEPER_SWITCHES_PER_HOUR: switchesPerHour
      KEEPER_ACTIONS_PER_PASS: actionsPerPass
      KEEPER_STORAGE__queueServiceUri: data.properties.primaryEndpoints.queue
      KEEPER_STORAGE__credential: 'managedidentity'
      KEEPER_STORAGE__clientId: workerIdentity.properties.clientId
    })
  }
}

module actionGroup 'watch/action-group.bicep' = {
  name: 'action-group'
  scope: group
  params: {
    tags: allTags
    name: nameOf('ag', environmentName)
    emails: emails
    webhook: alertWebhook
  }
}

module alerts 'watch/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    environmentName: environmentName
    workspaceId: workspace.id
    actionGroupId: actionGroup.outputs.id
  }
}

module workbook 'watch/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: allTags
    environmentName: environmentName
    workspaceId: workspace.id
  }
}

module budget 'watch/budget.bicep' = if (int(budgetAmount) > 0 && !empty(budgetStartDate)) {
  name: 'budget'
  scope: group
  params: {
    name: nameOf('budget', environmentName)
    amount: int(budgetAmount)
    startDate: budgetStartDate
    emails: emails
    actionGroupId: actionGroup.outputs.id
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_TENANT_ID string = tenant().tenantId

@description('Where operators look.')
output KEEPER_URL string = empty(publicUrl) ? 'https://${web.outputs.hostName}' : publicUrl

output KEEPER_WEB_APP string = web.outputs.name
output KEEPER_WEB_HOST string = web.outputs.hostName
output KEEPER_WORKER_APP string = worker.outputs.name
output KEEPER_ACTION_GROUP_ID string = actionGroup.outputs.id
