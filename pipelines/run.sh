#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the mlnetllm command with the given arguments; with none, the main job.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[ $# -gt 0 ] || set -- run svf --preset quick

project="$root/pipelines/MlNetLlm.Pipelines.csproj"
program="$root/pipelines/bin/Release/net10.0/MlNetLlm.Pipelines.dll"

# Building costs seconds even when nothing changed: skip it unless a source, or the commit that runs record, is newer than the program.
changed() {
  local commits; commits=$(git -C "$root" rev-parse --path-format=absolute --git-path logs/HEAD 2>/dev/null || true)
  [ ! -f "$program" ] || [ -n "$(find "$root/src" "$root/pipelines" "$root"/*.props "$root/artifacts/StandIns.props" ${commits:+"$commits"} \
    \( -name bin -o -name obj \) -prune -o -type f -newer "$program" -print -quit 2>/dev/null)" ]
}
if changed; then
  say "building"
  log=$(mktemp)
  dotnet build "$project" -c Release -v quiet -clp:ErrorsOnly > "$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; exit 1; }
  rm -f "$log"
  touch "$program"
fi
exec dotnet "$program" "$@"
