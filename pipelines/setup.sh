# shellcheck shell=bash
# Sourced by pipelines/run.sh and tests/run.sh: decides which frameworks come from real packages and which
# from stand-ins, and installs what is missing.
# Says what it found and why; does nothing (and costs well under 2 s) when nothing changed since the last time.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
stamp="$root/artifacts/setup.stamp"
props="$root/artifacts/StandIns.props"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Two cores shared with others: threads that wait should sleep, not spin.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# OpenBLAS keeps a pool of its own, whose waiting threads spin: for small models one thread is faster than two.
export OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# What the last decision depended on: the pins, this script, the SDK and (for the stand-ins) the libtorch headers and the compiler. What is
# not there yet is no failure: callers may run under "set -e -o pipefail".
fingerprint() {
  { cat "$root/Directory.Packages.props" "$root/pipelines/setup.sh"; dotnet --version; libtorch_headers; command -v g++ || :; } 2>/dev/null \
    | sha256sum | cut -d' ' -f1
}
libtorch_headers() {
  local header
  for header in "${LIBTORCH:-}/include/torch/csrc/api/include/torch/version.h" /usr/include/torch/csrc/api/include/torch/version.h; do
    [ -f "$header" ] && { printf '%s\n' "$header"; return 0; }
  done
  return 1
}

# libtorch takes its matrix products from the system's BLAS; Debian's reference BLAS is some fifteen times slower than OpenBLAS.
fast_blas() { ldconfig -p | grep -qE 'libopenblas|libmkl_rt|libblis'; }

# install USER PACKAGE...: what someone lacks, with apt when root; otherwise names the packages.
install() {
  local user=$1; shift
  local command="apt-get install --no-install-recommends $*"
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    die "$user lacks $*. Run as root: $command"
  fi
  say "installing $* for $user"
  apt-get update -qq >/dev/null || die "apt-get update failed (see above). What is wanted is: $command"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || die "this failed (see above): $command"
}

# What the stand-in for TorchSharp is compiled with and runs on.
native_needs() {
  local user="the stand-in for TorchSharp" required=() wanted=()
  command -v g++ >/dev/null || required+=(g++)
  libtorch_headers >/dev/null || required+=(libtorch-dev)
  fast_blas || wanted+=(libopenblas0-pthread)
  if [ ${#required[@]} -gt 0 ]; then install "$user" "${required[@]}" "${wanted[@]}"
  elif [ ${#wanted[@]} -gt 0 ]; then (install "$user" "${wanted[@]}") || say "going on without OpenBLAS: everything runs, but slowly"
  fi
}

# The families that src/StandIns can stand in for.
families='Microsoft.ML Microsoft.ML.AutoML Microsoft.ML.Tokenizers TorchSharp'

# Asks the configured package feed for one family in the pinned version: yes, no, or unreachable.
feed_has() {
  local probe log status
  probe=$(mktemp -d) || die "no temporary folder can be made"
  cp "$root/Directory.Packages.props" "$probe/"
  cat > "$probe/Probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="$1" /></ItemGroup>
</Project>
PROJECT
  log=$(dotnet restore "$probe/Probe.csproj" 2>&1); status=$?
  rm -rf "$probe"
  if [ $status -eq 0 ]; then echo yes
  elif grep -qE 'NU1101|NU1102' <<<"$log"; then echo no
  else printf '%s\n' "$log" | tail -n 5 >&2; echo unreachable
  fi
}

# Whether TorchSharp's own native half can be loaded here: its builds ask for a newer C++ runtime than older systems have.
torchsharp_loads() {
  local packages version native
  packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
  version=$(sed -nE 's/.*Include="TorchSharp" Version="([^"]+)".*/\1/p' "$root/Directory.Packages.props")
  native="${packages%/}/torchsharp/$version/runtimes/linux-x64/native/libLibTorchSharp.so"
  # Not through a pipe: grep would close it at the first match, and with pipefail ldd's broken pipe would read as "it loads".
  [ ! -f "$native" ] || ! grep -q 'version .* not found' <<<"$(ldd "$native" 2>&1)"
}

# The families to be stood in for, with semicolons between them; says why.
stand_ins() {
  local family answer chosen=
  for family in $families; do
    answer=$(feed_has "$family")
    if [ "$answer,$family" = yes,TorchSharp ]; then
      if ! torchsharp_loads; then
        say "TorchSharp's native library asks for a newer C++ runtime than this system has: building against the stand-in for it"
        chosen="$chosen;$family"
        continue
      fi
      answer=$(feed_has TorchSharp-cpu)    # TorchSharp with libtorch: large, so asked for only where it is of use
    fi
    case "$answer" in
      yes) ;;
      no)
        say "the package feed has no $family: building against the stand-in for it in src/StandIns"
        chosen="$chosen;$family" ;;
      *) return 1 ;;
    esac
  done
  printf '%s' "${chosen#;}"
}

# The charting library of reports comes from npm when the command is built.
charts() {
  [ -f "$root/pipelines/Reports/node_modules/echarts/dist/echarts.min.js" ] || command -v npm >/dev/null \
    || (install "npm, for the charts of reports" npm) || say "going on without npm: reports have tables without charts"
}

setup() {
  command -v dotnet >/dev/null || die "the .NET 10 SDK is missing (https://dotnet.microsoft.com/download)"
  local now; now=$(fingerprint)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return 0; fi
  mkdir -p "$root/artifacts"

  local chosen
  chosen=$(stand_ins) \
    || die "the package feed did not answer (see above). Check 'dotnet nuget list source' and the network, then run this again."
  if [ -z "$chosen" ]; then
    say "the package feed has all frameworks: building against the real packages"
    rm -f "$props"
  else
    printf '<Project>\n  <PropertyGroup>\n    <UseStandIns>%s</UseStandIns>\n  </PropertyGroup>\n</Project>\n' "$chosen" > "$props.tmp" \
      && mv "$props.tmp" "$props"
  fi
  case ";$chosen;" in
    *';TorchSharp;'*) native_needs ;;
  esac
  charts
  fingerprint > "$stamp.tmp" && mv "$stamp.tmp" "$stamp"
}

setup
