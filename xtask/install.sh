#!/usr/bin/env bash
# Installs Debian packages that a check needs, as root; else says what to type.
set -euo pipefail

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing: $*. On Debian or Ubuntu, as root: apt-get update && apt-get install --no-install-recommends $*" >&2
    exit 1
fi

# Another apt may hold the lock for a while, and a failed mirror may recover: try for five minutes.
apt_get() {
    for _ in $(seq 30); do
        DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@" && return
        sleep 10
    done
    return 1
}

policy=/usr/sbin/policy-rc.d # An answer of 101 keeps packages from starting daemons.
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt_get update >&2
apt_get install --no-install-recommends "$@" >&2
