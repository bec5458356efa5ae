#!/bin/sh
# Makes the logins that a configuration needs and that are not good any more, and no other: before a working day, at the
# start of a job, or from a timer. `mcpgw status` asks no network, so this costs nothing while all is well.
#
#   MCPGW_CONFIG=gateway.json sh log-in-where-needed.sh
#
# Ends with 0 when all logins are good, with the code of `mcpgw login` when one could not be made, and with 2 or 3 when
# the configuration or the store is what is wrong.
set -u

logins=$(mcpgw status --json)
code=$?
case $code in
  0) echo 'all logins are good' && exit 0 ;;
  1) ;; # one is missing, or has expired beyond refresh
  *) exit "$code" ;;
esac

wanted=$(printf '%s' "$logins" | node -e '
  const { logins } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  for (const { server, kind, state } of logins) {
    if (state === "missing" || state === "expired") console.log("--" + kind + " " + server);
  }
')
printf '%s\n' "$wanted" | while read -r kind server; do
  echo "logging in: $server"
  mcpgw login "$server" "$kind" </dev/null || exit
done
