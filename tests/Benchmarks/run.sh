#!/usr/bin/env bash
# Compares the library with the same work in PyTorch, both taking turns in one run, and writes artifacts/benchmarks.md.
#   bash tests/Benchmarks/run.sh                 all comparisons (about fifteen minutes)
#   bash tests/Benchmarks/run.sh train decode    some of them
#   bash tests/Benchmarks/run.sh rates           work without another side, units a second (under a minute)
# THREADS sets the threads of both sides (default 1: what a shared machine can measure).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
here="$root/tests/Benchmarks"

# Debian installs PyTorch for its own Python, which another one may hide.
python_with() {
  local python
  for python in python3 /usr/bin/python3; do "$python" -c "import $1" 2>/dev/null && { printf '%s\n' "$python"; return 0; }; done
  return 1
}

export OMP_NUM_THREADS=${THREADS:-1} OPENBLAS_NUM_THREADS=${THREADS:-1}
if [[ ${1:-} == rates ]]; then
  dotnet build "$here/Benchmarks.csproj" -c Release -v quiet -clp:ErrorsOnly
  exec "$here/bin/Release/net10.0/MlNetLlm.Benchmarks" rates
fi
modules=torch packages=(python3-torch)
if [[ $# -eq 0 || " $* " == *" louvain"* ]]; then
  modules+=", networkx, igraph, scipy" packages+=(python3-networkx python3-igraph python3-scipy)
fi
python=$(python_with "$modules") || { install "the comparison" "${packages[@]}"; python=$(python_with "$modules"); }

dotnet build "$here/Benchmarks.csproj" -c Release -v quiet -clp:ErrorsOnly
mkdir -p "$root/artifacts"
printf 'Load before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
"$here/bin/Release/net10.0/MlNetLlm.Benchmarks" compare \
  "$root/artifacts/benchmarks" "$root/artifacts/benchmarks.md" "$python" "$here/eager.py" "$@"
printf 'Load after: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
