#!/bin/sh
# Makes the worker an owner of registrations that exist already, and of their service principals, so that
# Keeper may adopt them. For their owner or a directory administrator; Keeper itself may not do it.
#
#   KEEPER_WORKER_PRINCIPAL_ID=<object id> adopt.sh CLIENT_ID [CLIENT_ID ...]
set -eu

[ -n "${KEEPER_WORKER_PRINCIPAL_ID:-}" ] || { echo 'adopt.sh: KEEPER_WORKER_PRINCIPAL_ID is missing' >&2; exit 1; }
[ $# -gt 0 ] || { echo 'adopt.sh: name at least one client id' >&2; exit 1; }

# Of the cloud that the Azure CLI is set to, if not told otherwise.
graph_url=${KEEPER_GRAPH_URL:-$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)}
graph="${graph_url%/}/v1.0"

# own KIND CLIENT_ID: ownership of one object, unless it is there.
own() {
  found=$(az rest --method get --url "$graph/$1(appId='$2')/owners?\$select=id" \
    --query "length(value[?id=='$KEEPER_WORKER_PRINCIPAL_ID'])" --output tsv)
  [ "$found" = 0 ] || return 0
  id=$(az rest --method get --url "$graph/$1(appId='$2')?\$select=id" --query id --output tsv)
  az rest --method post --url "$graph/$1/$id/owners/\$ref" --headers 'Content-Type=application/json' \
    --body "{\"@odata.id\":\"$graph/directoryObjects/$KEEPER_WORKER_PRINCIPAL_ID\"}" --output none
}

for client_id in "$@"; do
  own applications "$client_id"
  # A registration may have no service principal here yet; Keeper then makes one, and owns it.
  if az rest --method get --url "$graph/servicePrincipals(appId='$client_id')?\$select=id" --output none 2>/dev/null; then
    own servicePrincipals "$client_id"
  fi
  echo "adopted: $client_id"
done
