#!/bin/sh
# Prints the settings of a new server, with secrets made for it:  ./new-env.sh pds.example.com me@example.com > .env
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 HOSTNAME EMAIL" >&2
  exit 2
fi
case $1 in
  *[!A-Za-z0-9.-]* | '' | .* | *. | *://*) echo "$1 is not a host name." >&2; exit 2 ;;
  *.*) ;;
  *) echo "$1 is not a host name of the public internet." >&2; exit 2 ;;
esac
case $2 in
  *[!A-Za-z0-9.@_+-]* | @* | *@) echo "$2 is not an e-mail address." >&2; exit 2 ;;
  *@*.*) ;;
  *) echo "$2 is not an e-mail address." >&2; exit 2 ;;
esac

hex() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

cat <<END
# The name of the server. Handles are given out under it: alice.$1
PDS_HOSTNAME=$1
# Told when a certificate runs out, and shown to those who look for help.
ACME_EMAIL=$2
PDS_CONTACT_EMAIL_ADDRESS=$2

# Secrets. Keep a copy elsewhere: the rotation key is what the identities made here hang on.
PDS_JWT_SECRET=$(hex)
PDS_DPOP_SECRET=$(hex)
PDS_ADMIN_PASSWORD=$(hex)
PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX=$(hex)
POSTGRES_PASSWORD=$(hex)
REDIS_PASSWORD=$(hex)

# Mail, for confirmations and lost passwords: smtps://user:password@host:465, or smtp://…:587
PDS_EMAIL_SMTP_URL=
PDS_EMAIL_FROM_ADDRESS=

# The network: who answers for Bluesky's app, who takes reports, and who is told that there is something new.
PDS_BSKY_APP_VIEW_URL=https://api.bsky.app
PDS_BSKY_APP_VIEW_DID=did:web:api.bsky.app
PDS_REPORT_SERVICE_URL=https://mod.bsky.app
PDS_REPORT_SERVICE_DID=did:plc:ar7c4by46qjdydhdevvrndac
PDS_CRAWLERS=https://bsky.network

PDS_RATE_LIMITS_ENABLED=true
PDS_BLOB_UPLOAD_LIMIT=104857600
# Who signs up needs a code: pds, the administration console and com.atproto.server.createInviteCode make them.
PDS_INVITE_REQUIRED=true
END
