ready='database system is ready to accept connections'
polite=INT last=QUIT

prepare() {
    if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$dir"; fi
    (as_anyone "$bin/initdb" -D "$dir/data" -U ringfold -A trust -E UTF8 --locale=C.UTF-8 --no-sync)
}

serve() {
    # Shared memory is in the directory, to go with it. Options are words on purpose.
    as_anyone "$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" -c listen_addresses=127.0.0.1 -c max_connections=300 \
        -c deadlock_timeout=100ms -c dynamic_shared_memory_type=mmap $options
}
