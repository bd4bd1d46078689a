# Stands between a test program and its server. Obeys one word a line on standard input, answers each with one line, and
# when the input ends, which it does also when the program was killed, removes the server and its directory.
# Before this come: ready (what the log says once it serves), polite (the signal that ends it), last (the signal that ends
# it in a hurry, where SIGKILL would leave something behind), prepare, serve; and beside, beside_ready where something must
# run beside the server.
set -u
dir=$1 server='' aside=''
cd "$dir" || exit 1
exec 3>&1 1>guard.log 2>&1

# PostgreSQL and RabbitMQ are nobody's when root tests: the one refuses to run as root.
as_anyone() {
    if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else exec "$@"; fi
}

say() { echo "$1" >&3; }

# Every process of the server that there is now. The roots are children of ours, or they are not what they were.
tree() {
    pairs=
    for stat in /proc/[0-9]*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        rest=${line##*) } rest=${rest#* }
        pairs="$pairs ${rest%% *}:${line%% *}"
    done
    found= these=
    for root in $server $aside; do
        case "$pairs " in *" $$:$root "*) these="$these $root" ;; esac
    done
    while [ -n "$these" ]; do
        found="$found $these" next=
        for parent in $these; do
            for pair in $pairs; do
                case $pair in "$parent":*) next="$next ${pair#*:}" ;; esac
            done
        done
        these=$next
    done
    echo $found
}

# Is it no more, or only waiting for its parent to notice?
gone() {
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    case ${line##*) } in Z* | X*) return 0 ;; esac
    return 1
}

all_gone() {
    for pid in $all; do gone "$pid" || return 1; done
}

# Tries $2… every tenth of a second, $1 times.
within() {
    left=$1
    shift
    until "$@"; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 0.1
    done
}

# Holds all of it still, also what is born meanwhile.
hold() {
    all=
    while now=$(tree) && [ "$now" != "$all" ]; do
        all=$now
        kill -STOP $all
    done
}

end() {
    [ -n "$server$aside" ] || return 0
    hold
    kill -KILL $all
    within 300 all_gone
    server= aside=
}

ended() { gone "$server"; }

stop() {
    [ -n "$server" ] || return 0
    all=$(tree)
    kill -CONT $all
    kill -"$polite" "$server"
    within 300 ended
    end
}

leave() {
    if [ -n "$server" ] && [ -n "$last" ]; then
        kill -CONT $(tree)
        kill -"$last" "$server"
        within 50 ended
    fi
    end
    cd /
    rm -rf "$dir"
}

serves() { grep -qs "$ready" log || gone "$server"; }

start() {
    if [ -s log ]; then cat log >>log.before; fi
    : >log
    if command -v beside >/dev/null; then
        (beside) </dev/null >beside.log 2>&1 3>&- &
        aside=$!
        within 100 beside_ready
    fi
    (serve) </dev/null >>log 2>&1 3>&- &
    server=$!
    within 1800 serves && ! gone "$server" && return 0
    end
    return 1
}

trap leave EXIT
trap exit INT TERM HUP
prepare </dev/null 3>&- || { say failed; cat >/dev/null; exit 1; }
say prepared
while read -r word; do
    case $word in
    start) if start; then say started; else say failed; fi ;;
    stop) stop; say stopped ;;
    kill) end; say killed ;;
    pause) hold; say paused ;;
    resume) kill -CONT $(tree); say resumed ;;
    processes) say "$(tree)" ;;
    esac
done
