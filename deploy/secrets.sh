#!/bin/sh
# Makes the files that compose.yaml hands to the containers: deploy/secrets/settings, a copy of .env, and a password
# for valkey, once. Run it again after a change of .env, then `docker compose up -d --force-recreate`.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
if [ ! -s secrets/valkey_password ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >secrets/valkey_password
fi
rm -f secrets/redis_url secrets/settings  # they are read-only
printf 'redis://:%s@valkey:6379/0' "$(cat secrets/valkey_password)" >secrets/redis_url
cp ../.env secrets/settings
# Compose mounts each file as it is, owner and mode included, and nobody in the container owns it: the file must be
# readable by all. The folder, which only you may enter, keeps the others of this machine out.
chmod 700 secrets
chmod 444 secrets/*
