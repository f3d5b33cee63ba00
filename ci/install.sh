# What scripts share that need programs of others. To be sourced.

# Installs packages, each for itself, and removes none for them, as another mail server. RUNLEVEL=1 keeps them from starting servers of their own.
install() {
    local as_root=() package
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    "${as_root[@]}" apt-get update -qq || return 1
    for package in "$@"; do
        "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends --no-remove "$package" >/dev/null || true
    done
}
