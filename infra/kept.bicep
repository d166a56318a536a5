// What outlives the apps: identities (they own registrations in Entra), the storage account with the audit
// log, the vault with the signing key, the log workspace, and every right on them.
//
// This is a deployment of its own, run by the preprovision hook, because `azd down` removes each group
// that azd's own deployment has touched. Nothing of azd's deployment lies in this group.
targetScope = 'subscription'

import { tokenOf, keptGroupOf, nameOf, storageOf, vaultOf } from 'names.bicep'

@description('Short name of the environment, such as prod or test. Several live side by side.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Region of everything. It must offer Flex Consumption.')
param location string

@description('Put on every resource, beside those of the environment.')
param tags object = {}

@description('Make a vault. Otherwise vaultName names one that exists and uses Azure RBAC.')
param createVault bool = true

@description('Name of the vault with the secrets and the signing key. Empty: a name is made.')
param vaultName string = ''

@description('Resource group of an existing vault. Not used for a new one.')
param vaultResourceGroup string = ''

@description('Further vaults that keeper.yaml names, as resourceGroup/name with commas between. They must use Azure RBAC.')
param moreVaults string = ''

@description('How many days an entry of the audit log cannot be changed or removed.')
@minValue(1)
@maxValue(146000)
param auditRetentionDays int = 730

@description('Whether the policies of the audit log were locked: a locked one cannot be deployed again.')
param auditIsLocked bool = false

@description('Copies of the audit log: in one building, one region, or two regions.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param dataRedundancy string = 'Standard_ZRS'

@description('How many days logs are kept in the workspace.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

var token = tokenOf(subscription().id, environmentName)
var allTags = union(tags, { application: 'keeper', environment: environmentName })
var mainVaultName = empty(vaultName) ? vaultOf(environmentName, token) : vaultName
var mainVaultGroup = createVault ? keptGroupOf(environmentName) : vaultResourceGroup
var furtherVaults = empty(moreVaults) ? [] : split(moreVaults, ',')

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: keptGroupOf(environmentName)
  location: location
  tags: allTags
}

module identities 'kept/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: allTags
    webName: '${nameOf('id', environmentName)}-web'
    workerName: '${nameOf('id', environmentName)}-worker'
  }
}

module workspace 'kept/workspace.bicep' = {
  name: 'workspace'
  scope: group
  params: {
    location: location
    tags: allTags
    name: nameOf('log', environmentName)
    retentionDays: logRetentionDays
  }
}

module data 'kept/data-storage.bicep' = {
  name: 'data'
  scope: group
  params: {
    location: location
    tags: allTags
    name: storageOf('data', environmentName, token)
    redundancy: dataRedundancy
    auditRetentionDays: auditRetentionDays
    auditIsLocked: auditIsLocked
    workspaceId: workspace.outputs.id
  }
}

module dataAccess 'kept/data-access.bicep' = {
  name: 'data-access'
  scope: group
  params: {
    environmentName: environmentName
    storageName: data.outputs.name
    webPrincipalId: identities.outputs.webPrincipalId
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}

module vault 'kept/vault.bicep' = if (createVault) {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: allTags
    name: mainVaultName
    workspaceId: workspace.outputs.id
  }
}

module signingKey 'kept/signing-key.bicep' = {
  name: 'signing-key-${environmentName}'
  scope: resourceGroup(mainVaultGroup)
  dependsOn: [group, vault]
  params: {
    environmentName: environmentName
    vaultName: mainVaultName
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}

module mainVaultAccess 'kept/vault-access.bicep' = {
  name: 'vault-access-${environmentName}'
  scope: resourceGroup(mainVaultGroup)
  dependsOn: [group, vault]
  params: {
    vaultName: mainVaultName
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}

module furtherVaultAccess 'kept/vault-access.bicep' = [for one in furtherVaults: {
  name: 'vault-access-${environmentName}-${split(trim(one), '/')[1]}'
  scope: resourceGroup(split(trim(one), '/')[0])
  params: {
    vaultName: split(trim(one), '/')[1]
    workerPrincipalId: identities.outputs.workerPrincipalId
  }
}]

@description('For keeper.yaml.')
output KEEPER_VAULT_NAME string = mainVaultName

@description('Where that vault lies.')
output KEEPER_VAULT_GROUP string = mainVaultGroup

@description('Address of the signing key, without a version.')
output KEEPER_CHECKPOINT_KEY string = signingKey.outputs.address

@description('Whom graph.bicep or graph.sh gives Microsoft Graph rights to.')
output KEEPER_WORKER_PRINCIPAL_ID string = identities.outputs.workerPrincipalId

@description('Whose federated credential stands in for a client secret of the sign-in.')
output KEEPER_WEB_PRINCIPAL_ID string = identities.outputs.webPrincipalId

@description('The account with the audit log.')
output KEEPER_DATA_ACCOUNT string = data.outputs.name

@description('The group that stays.')
output KEEPER_KEPT_GROUP string = group.name
