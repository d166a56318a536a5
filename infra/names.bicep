// Names of everything, by the abbreviations of the Cloud Adoption Framework. Both deployments (kept.bicep
// and main.bicep) take them from here, so that the second finds what the first has made.

@export()
@description('Tells two environments of one name in two subscriptions apart. Lower case letters and digits.')
func tokenOf(subscriptionId string, environmentName string) string => take(uniqueString(subscriptionId, environmentName), 6)

@export()
@description('The group that comes and goes with `azd up` and `azd down`.')
func appGroupOf(environmentName string) string => 'rg-keeper-${environmentName}'

@export()
@description('The group that stays: audit log, vault, identities, log workspace.')
func keptGroupOf(environmentName string) string => 'rg-keeper-${environmentName}-kept'

@export()
@description('Name of a resource whose name need only be unique in its group.')
func nameOf(prefix string, environmentName string) string => '${prefix}-keeper-${environmentName}'

@export()
@description('Name of a resource that is part of an address, and so unique in the whole cloud.')
func addressOf(prefix string, environmentName string, token string) string => '${prefix}-keeper-${environmentName}-${token}'

@export()
@description('Storage accounts: at most 24 letters and digits. `role` is data, web or work.')
func storageOf(role string, environmentName string, token string) string => toLower('st${take(replace(environmentName, '-', ''), 10)}${role}${token}')

@export()
@description('Vaults: at most 24 characters.')
func vaultOf(environmentName string, token string) string => 'kv-${environmentName}-${token}'
