#!/bin/sh
# Runs before `azd down`: says what goes and what stays.
set -eu

echo "keeper: goes:  group rg-keeper-$AZURE_ENV_NAME (apps, their host storage, alerts, system topics)."
echo "keeper: stays: group rg-keeper-$AZURE_ENV_NAME-kept (audit log, vault ${KEEPER_VAULT_NAME:-}, identities, log workspace)."
echo 'keeper: stays: registrations, their secrets, and Nylas connectors. Nobody is signed out.'
echo 'keeper: but from now on nobody renews those secrets. Each ends on the day that its credential ends.'
