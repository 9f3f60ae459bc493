#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the mlnetllm command with the given arguments; with none, the main job.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[ $# -gt 0 ] || set -- run svf --preset quick

project="$root/pipelines/MlNetLlm.Pipelines.csproj"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build "$project" -c Release -v quiet -clp:ErrorsOnly > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
dotnet "$root/pipelines/bin/Release/net10.0/MlNetLlm.Pipelines.dll" "$@"
