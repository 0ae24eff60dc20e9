#!/bin/bash
# Installs or updates a server on Debian or Ubuntu without containers: Postgres, a cache and Caddy from the distribution, the
# server as a service. Running it again updates the program and leaves settings, secrets and data alone.
set -euo pipefail

usage() {
  cat >&2 <<END
usage: $0 --hostname pds.example.com --email me@example.com --from FOLDER [--without-caddy] [--root FOLDER]

  --from FOLDER     what "dotnet publish" made: see docs/install.md
  --without-caddy   another proxy stands in front: it sends everything to 127.0.0.1:2583
  --root FOLDER     for a look: writes below FOLDER what would be written, installs and starts nothing
END
  exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
hostname="" email="" from="" root="" caddy=yes
while [ $# -gt 0 ]; do
  case $1 in
    --hostname) hostname=${2:-}; shift 2 || usage ;;
    --email) email=${2:-}; shift 2 || usage ;;
    --from) from=${2:-}; shift 2 || usage ;;
    --root) root=${2:-}; shift 2 || usage ;;
    --without-caddy) caddy=no; shift ;;
    *) usage ;;
  esac
done

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

[ -n "$from" ] || usage
if [ ! -f "$from/Pds.Web.dll" ] || [ ! -x "$from/Pds.Web" ]; then
  fail "$from does not hold a published server: Pds.Web is missing. See docs/install.md."
fi
if [ -z "$root" ]; then
  [ "$(id -u)" -eq 0 ] || fail "Run this as root."
  command -v apt-get >/dev/null || fail "This is for Debian and its relatives. docs/install.md says what to do elsewhere."
fi
settings="$root/etc/pds/pds.env"
[ -f "$settings" ] || { [ -n "$hostname" ] && [ -n "$email" ]; } || usage

# Puts a file in its place, if it differs from what is there.
put() {
  local source=$1 target=$2 mode=$3
  if ! cmp -s "$source" "$target"; then
    install -D -m "$mode" "$source" "$target"
    say "wrote ${target#"$root"}"
  fi
}

install_packages() {
  local cache=redis-server packages=(postgresql)
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  if apt-cache show valkey-server >/dev/null 2>&1; then cache=valkey-server; fi
  if ! command -v valkey-server >/dev/null && ! command -v redis-server >/dev/null; then
    packages+=("$cache")
    # The distribution's own instance is not needed; ours is reached by a socket that is only ours.
    new_cache=$cache
  fi
  [ "$caddy" = no ] || packages+=(caddy)
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  if [ -n "${new_cache:-}" ]; then systemctl disable --now --quiet "$new_cache" || true; fi
}

make_user() {
  id pds >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/pds --shell /usr/sbin/nologin pds
}

make_database() {
  local psql=(runuser -u postgres -- psql -v ON_ERROR_STOP=1 -qtA -d postgres -c)
  [ "$("${psql[@]}" "SELECT 1 FROM pg_roles WHERE rolname = 'pds'")" = 1 ] || "${psql[@]}" "CREATE ROLE pds LOGIN"
  [ "$("${psql[@]}" "SELECT 1 FROM pg_database WHERE datname = 'pds'")" = 1 ] || "${psql[@]}" "CREATE DATABASE pds OWNER pds ENCODING 'UTF8' TEMPLATE template0"
}

# The system's user is the database's user: there is no password that could leak.
write_settings() {
  [ -f "$settings" ] && return
  install -d -m 0750 "$root/etc/pds"
  (
    umask 0077
    "$here/new-env.sh" "$hostname" "$email" | grep -Ev '^(POSTGRES_PASSWORD|REDIS_PASSWORD|ACME_EMAIL)=' >"$settings.new"
    cat >>"$settings.new" <<END

PDS_PORT=2583
ConnectionStrings__pdsdb="Host=/var/run/postgresql;Username=pds;Database=pds"
ConnectionStrings__redis="!/run/pds-cache/cache.sock"
END
    mv "$settings.new" "$settings"
  )
  say "wrote ${settings#"$root"}: keep a copy of its secrets elsewhere"
}

write_program() {
  local app="$root/opt/pds/app"
  if [ -d "$app" ] && diff -rq "$from" "$app" >/dev/null 2>&1; then return; fi
  install -d -m 0755 "$root/opt/pds"
  rm -rf "$app.new"
  cp -R "$from" "$app.new"
  chmod -R u=rwX,go=rX "$app.new"
  rm -rf "$app.old"
  if [ -d "$app" ]; then mv "$app" "$app.old"; fi
  mv "$app.new" "$app"
  say "wrote /opt/pds/app; the one before is /opt/pds/app.old"
  is_new=yes
}

write_services() {
  local unit
  for unit in pds pds-cache; do
    put "$here/systemd/$unit.service" "$root/etc/systemd/system/$unit.service" 0644
  done
  put "$here/systemd/pds" "$root/usr/local/bin/pds" 0755
  [ -n "$root" ] || ln -sfn "$(command -v valkey-server || command -v redis-server)" /opt/pds/cache-server
}

# A Caddyfile of your own is left alone.
write_caddy() {
  local target="$root/etc/caddy/Caddyfile" drop="$root/etc/systemd/system/caddy.service.d/pds.conf"
  [ "$caddy" = yes ] || return 0
  if [ -f "$target" ] && ! grep -qe '/tls-check' -e 'The Caddyfile is an easy way to configure' "$target"; then
    say "/etc/caddy/Caddyfile is yours: add what $here/Caddyfile says"
    return
  fi
  put "$here/Caddyfile" "$target" 0644
  if [ -n "$email" ]; then
    install -d -m 0755 "$(dirname "$drop")"
    printf '[Service]\nEnvironment=ACME_EMAIL=%s PDS_UPSTREAM=127.0.0.1:2583\n' "$email" >"$drop"
  fi
}

start() {
  chown root:pds /etc/pds /etc/pds/pds.env
  chmod 0640 /etc/pds/pds.env
  systemctl daemon-reload
  systemctl enable --quiet pds-cache pds
  systemctl start pds-cache
  if [ "${is_new:-no}" = yes ]; then systemctl restart pds; else systemctl start pds; fi
  if [ "$caddy" = yes ]; then systemctl enable --quiet caddy && { systemctl reload caddy 2>/dev/null || systemctl restart caddy; }; fi

  local left=60
  until curl -fsS -o /dev/null http://127.0.0.1:2583/xrpc/_health 2>/dev/null; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "The server does not answer. It says why: journalctl -u pds -n 50"
    sleep 1
  done
  say "The server runs. pds doctor looks at the rest:"
  pds doctor || true
}

if [ -z "$root" ]; then
  install_packages
  make_user
  make_database
fi
write_settings
write_program
write_services
write_caddy
[ -n "$root" ] || start
