#!/bin/sh
# Runs after `azd deploy`: sends the vaults' events to the worker, which now has its functions.
set -eu
cd "$(dirname "$0")/../.."

# A vault of keeper.yaml without events costs only time, so it is told, not refused.
known="$KEEPER_VAULT_NAME,${KEEPER_MORE_VAULTS:-}"
sed -n 's/^ *vault: *\([A-Za-z0-9-]*\).*/\1/p' keeper.yaml | sort -u | while read -r vault; do
  case ",$(echo "$known" | sed 's#[^,/]*/##g')," in
    *",$vault,"*) ;;
    *) echo "keeper: keeper.yaml names the vault $vault, which no event comes from: see KEEPER_MORE_VAULTS" >&2 ;;
  esac
done

more=${KEEPER_MORE_VAULTS:-}
vaults="$KEEPER_VAULT_GROUP/$KEEPER_VAULT_NAME"
[ -z "$more" ] || vaults="$vaults,$more"

# Azure allows one system topic for a vault: where somebody has made one, it is used.
rows=''
for row in $(echo "$vaults" | tr ',' ' '); do
  group=${row%%/*}
  vault=${row##*/}
  id=$(az keyvault show --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$group" --name "$vault" \
    --query id --output tsv)
  topic=$(az eventgrid system-topic list --subscription "$AZURE_SUBSCRIPTION_ID" --output tsv \
    --query "[?source=='$id' && !starts_with(name, 'evgt-keeper-$AZURE_ENV_NAME-')].join('/', [resourceGroup, name]) | [0]")
  [ -z "$topic" ] || row="$row/$topic"
  rows="$rows${rows:+,}$row"
done

az deployment sub create \
  --name "keeper-events-$AZURE_ENV_NAME" \
  --subscription "$AZURE_SUBSCRIPTION_ID" \
  --location "$AZURE_LOCATION" \
  --template-file infra/events.bicep \
  --parameters environmentName="$AZURE_ENV_NAME" \
  --parameters vaults="$rows" \
  --parameters actionGroupId="$KEEPER_ACTION_GROUP_ID" \
  --output none

echo "keeper: open $KEEPER_URL"
