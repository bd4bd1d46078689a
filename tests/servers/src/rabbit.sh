ready='Server startup complete'
polite=TERM last=''

prepare() {
    : >enabled_plugins
    if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 "$dir"; fi
}

# The port mapper of Erlang's nodes is the server's own too: several would share one, and it would stay behind.
beside() { as_anyone epmd; }

beside_ready() { epmd -names; }

serve() { as_anyone "$bin/rabbitmq-server"; }
