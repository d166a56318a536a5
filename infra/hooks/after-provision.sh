#!/bin/sh
# Runs after `azd provision`: rights in Microsoft Entra for the two identities, and the sign-in's address.
set -eu
cd "$(dirname "$0")/../.."

case "${KEEPER_GRAPH:-script}" in
  script)
    ./infra/graph.sh grant
    ;;
  bicep)
    az deployment sub create \
      --name "keeper-graph-$AZURE_ENV_NAME" \
      --subscription "$AZURE_SUBSCRIPTION_ID" \
      --location "$AZURE_LOCATION" \
      --template-file infra/graph.bicep \
      --parameters environmentName="$AZURE_ENV_NAME" \
      --parameters workerPrincipalId="$KEEPER_WORKER_PRINCIPAL_ID" \
      --parameters webPrincipalId="$KEEPER_WEB_PRINCIPAL_ID" \
      --parameters webHost="$KEEPER_WEB_HOST" \
      --parameters publicUrl="${KEEPER_PUBLIC_URL:-}" \
      --parameters readers="${KEEPER_READERS:-}" \
      --parameters operators="${KEEPER_OPERATORS:-}" \
      --parameters readPolicies="${KEEPER_READ_POLICIES:-false}" \
      --output none
    ;;
  by-hand)
    echo 'keeper: a directory administrator now runs infra/graph.sh grant with:'
    echo "  AZURE_ENV_NAME=$AZURE_ENV_NAME"
    echo "  KEEPER_WORKER_PRINCIPAL_ID=$KEEPER_WORKER_PRINCIPAL_ID"
    echo "  KEEPER_WEB_PRINCIPAL_ID=$KEEPER_WEB_PRINCIPAL_ID"
    echo "  KEEPER_WEB_HOST=$KEEPER_WEB_HOST"
    ;;
esac

echo "keeper: name the vault $KEEPER_VAULT_NAME in keeper.yaml, and put the Nylas API keys there."
