#!/bin/sh
# An identity that looks and changes nothing, for `keeper plan` on pull requests. No secret is stored: it trusts
# one environment of one repository at GitHub. docs/deploy.md tells what that means, before you run it.
# Each step can be repeated.
#
#   plan-identity.sh make OWNER/REPOSITORY ENVIRONMENT    identity, trust, rights in Azure; prints its ids
#   plan-identity.sh grant PRINCIPAL_ID                   Microsoft Graph, by a directory administrator
#
# Reads for make: AZURE_ENV_NAME, AZURE_LOCATION, KEEPER_KEPT_GROUP, KEEPER_DATA_ACCOUNT, KEEPER_VAULT_NAME (outputs of
# kept.bicep), and KEEPER_MORE_VAULTS (group/vault, with commas between). For grant, where wanted: KEEPER_GRAPH_URL.
set -eu

fail() {
  echo "plan-identity.sh: $1" >&2
  exit 1
}

# give ROLE SCOPE: a right of the identity, unless it is there.
give() {
  az role assignment create --assignee-object-id "$principal_id" --assignee-principal-type ServicePrincipal \
    --role "$1" --scope "$2" --output none
}

make() {
  [ $# -eq 2 ] || fail 'make takes OWNER/REPOSITORY and the name of a GitHub environment'
  [ -n "${AZURE_ENV_NAME:-}" ] || fail 'AZURE_ENV_NAME is missing'
  [ -n "${AZURE_LOCATION:-}" ] || fail 'AZURE_LOCATION is missing'
  [ -n "${KEEPER_KEPT_GROUP:-}" ] || fail 'KEEPER_KEPT_GROUP is missing'
  [ -n "${KEEPER_DATA_ACCOUNT:-}" ] || fail 'KEEPER_DATA_ACCOUNT is missing'
  [ -n "${KEEPER_VAULT_NAME:-}" ] || fail 'KEEPER_VAULT_NAME is missing'
  # Of one cloud and for one cloud; clouds.bicep has the same table.
  case "$(az cloud show --query name --output tsv)" in
    AzureUSGovernment) token_exchange=api://AzureADTokenExchangeUSGov ;;
    AzureChinaCloud) token_exchange=api://AzureADTokenExchangeChina ;;
    *) token_exchange=api://AzureADTokenExchange ;;
  esac
  name="id-keeper-$AZURE_ENV_NAME-plan"
  az identity create --resource-group "$KEEPER_KEPT_GROUP" --name "$name" --location "$AZURE_LOCATION" \
    --tags application=keeper environment="$AZURE_ENV_NAME" --output none
  az identity federated-credential create --resource-group "$KEEPER_KEPT_GROUP" --identity-name "$name" \
    --name github --issuer https://token.actions.githubusercontent.com \
    --subject "repo:$1:environment:$2" --audiences "$token_exchange" --output none
  principal_id=$(az identity show --resource-group "$KEEPER_KEPT_GROUP" --name "$name" --query principalId --output tsv)
  client_id=$(az identity show --resource-group "$KEEPER_KEPT_GROUP" --name "$name" --query clientId --output tsv)

  account=$(az storage account show --resource-group "$KEEPER_KEPT_GROUP" --name "$KEEPER_DATA_ACCOUNT" \
    --query id --output tsv)
  for container in audit state orders switches; do
    give 'Storage Blob Data Reader' "$account/blobServices/default/containers/$container"
  done
  # Texts of secrets are read, too: Nylas API keys, and of client secrets the hint that tells them apart.
  for vault in "$KEEPER_VAULT_NAME" $(echo "${KEEPER_MORE_VAULTS:-}" | tr ',' ' '); do
    give 'Key Vault Secrets User' "$(az keyvault show --name "${vault##*/}" --query id --output tsv)"
  done

  echo "AZURE_CLIENT_ID=$client_id"
  echo "principal id, for grant: $principal_id"
}

grant() {
  [ $# -eq 1 ] || fail 'grant takes the principal id that make has printed'
  graph_url=${KEEPER_GRAPH_URL:-$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)}
  graph="${graph_url%/}/v1.0"
  # Reads registrations, all of them: there is no right to read some only.
  application_read_all=9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30
  resource=$(az rest --method get --url "$graph/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')" \
    --query id --output tsv)
  found=$(az rest --method get --url "$graph/servicePrincipals/$1/appRoleAssignments" \
    --query "length(value[?appRoleId=='$application_read_all'])" --output tsv)
  [ "$found" = 0 ] || return 0
  az rest --method post --url "$graph/servicePrincipals/$1/appRoleAssignments" --headers 'Content-Type=application/json' \
    --body "{\"principalId\":\"$1\",\"appRoleId\":\"$application_read_all\",\"resourceId\":\"$resource\"}" --output none
}

command=${1:-}
[ $# -eq 0 ] || shift
case "$command" in
  make) make "$@" ;;
  grant) grant "$@" ;;
  *) fail 'say make or grant' ;;
esac
