#!/bin/sh
# The verbs on a machine where the units run, as root: with the service's settings and its data. As /usr/local/bin/paperboy:
#
#   sudo install -m 755 deploy/systemd/paperboy.sh /usr/local/bin/paperboy
#   sudo paperboy status
#
# It works in /etc/paperboy, so give files with their whole path.
set -eu
cd /etc/paperboy
PAPERBOY_DATA_DIR=/var/lib/private/paperboy exec /opt/paperboy/bin/paperboy "$@"
