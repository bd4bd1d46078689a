# The broker's cookie is readable for its own user alone.
if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$bin/rabbitmqctl" "$@"
else set -- "$bin/rabbitmqctl" "$@"; fi
exec timeout 60 "$@" --quiet
