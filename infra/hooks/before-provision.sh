#!/bin/sh
# Runs before `azd provision`: deploys what outlives the apps, and makes the sign-in.
#
# Its own deployment, by the Azure CLI: `azd down` removes only groups that azd's deployment has made.
#
# KEEPER_GRAPH=script (default), bicep or by-hand: who asks Microsoft Entra for the rights.
set -eu
cd "$(dirname "$0")/../.."

# keep_outputs JSON: a deployment's outputs become variables of azd's environment.
keep_outputs() {
  # Names in upper case: the resource manager does not promise to keep their case.
  lines=$(printf '%s' "$1" | node --input-type=module --eval "
    import { text } from 'node:stream/consumers';
    for (const [name, { value }] of Object.entries(JSON.parse(await text(process.stdin))))
      console.log(name.toUpperCase() + '=' + value);
  ")
  [ -z "$lines" ] || printf '%s\n' "$lines" | while IFS='=' read -r name value; do
    azd env set "$name" "$value"
  done
}

echo "keeper: deploying what stays (group rg-keeper-$AZURE_ENV_NAME-kept)"
# Assigned first: a pipe would hide that it failed.
outputs=$(az deployment sub create \
  --name "keeper-kept-$AZURE_ENV_NAME" \
  --subscription "$AZURE_SUBSCRIPTION_ID" \
  --location "$AZURE_LOCATION" \
  --template-file infra/kept.bicep \
  --parameters environmentName="$AZURE_ENV_NAME" \
  --parameters location="$AZURE_LOCATION" \
  --parameters createVault="${KEEPER_CREATE_VAULT:-true}" \
  --parameters vaultName="${KEEPER_VAULT_NAME:-}" \
  --parameters vaultResourceGroup="${KEEPER_VAULT_GROUP:-}" \
  --parameters moreVaults="${KEEPER_MORE_VAULTS:-}" \
  --parameters auditRetentionDays="${KEEPER_AUDIT_RETENTION_DAYS:-730}" \
  --parameters auditIsLocked="${KEEPER_AUDIT_LOCKED:-false}" \
  --parameters dataRedundancy="${KEEPER_DATA_REDUNDANCY:-Standard_ZRS}" \
  --parameters logRetentionDays="${KEEPER_LOG_RETENTION_DAYS:-90}" \
  --query properties.outputs --output json)
keep_outputs "$outputs"

# A budget's first day cannot change later, so it is set once.
[ -n "${KEEPER_BUDGET_START:-}" ] || azd env set KEEPER_BUDGET_START "$(date -u +%Y-%m-01)"

case "${KEEPER_GRAPH:-script}" in
  script)
    client_id=$(./infra/graph.sh register)
    azd env set KEEPER_AUDIENCE "$client_id"
    ;;
  bicep)
    outputs=$(az deployment sub create \
      --name "keeper-graph-$AZURE_ENV_NAME" \
      --subscription "$AZURE_SUBSCRIPTION_ID" \
      --location "$AZURE_LOCATION" \
      --template-file infra/graph.bicep \
      --parameters environmentName="$AZURE_ENV_NAME" \
      --parameters workerPrincipalId="${KEEPER_WORKER_PRINCIPAL_ID:-}" \
      --parameters webPrincipalId="${KEEPER_WEB_PRINCIPAL_ID:-}" \
      --parameters webHost="${KEEPER_WEB_HOST:-}" \
      --parameters publicUrl="${KEEPER_PUBLIC_URL:-}" \
      --parameters readers="${KEEPER_READERS:-}" \
      --parameters operators="${KEEPER_OPERATORS:-}" \
      --parameters readPolicies="${KEEPER_READ_POLICIES:-false}" \
      --query properties.outputs --output json)
    keep_outputs "$outputs"
    ;;
  by-hand)
    if [ -z "${KEEPER_AUDIENCE:-}" ]; then
      echo 'keeper: nobody can sign in yet. A directory administrator runs infra/graph.sh register;'
      echo 'keeper: then: azd env set KEEPER_AUDIENCE <the client id it prints>, and azd provision again.'
    fi
    ;;
  *)
    echo 'keeper: KEEPER_GRAPH must be script, bicep or by-hand' >&2
    exit 1
    ;;
esac
