#!/bin/sh
# Makes the folder that both apps run: the bundle with its map, the host's settings, the wanted state.
# No node_modules. Needs Node 24 and the installed dependencies (`npm ci`).
set -eu
cd "$(dirname "$0")/../.."

npm run --silent package -- --folder .cache/package
