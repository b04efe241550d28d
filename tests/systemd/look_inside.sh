# Run by a oneshot service when the unit has booted: look, and write what is seen into /out/seen, one file a question.
mkdir -p /out/seen
see() { cat >"/out/seen/$1"; }
pid() { systemctl show --property=MainPID --value "waitwise-$1"; }
until_active() {
    for _ in $(seq 240); do
        [ "$(systemctl is-active "waitwise-$1")" = active ] && return
        sleep 0.25
    done
}
python='import errno, os, socket, sys
try:
    eval(sys.argv[1])
    print(0)
except OSError as error:
    print(error.errno)'

until_active sync
until_active capture
systemctl is-active waitwise-capture waitwise-sync | see active
for service in capture sync; do
    ls "/run/credentials/waitwise-$service.service" | see "credentials-$service"
done
{
    setpriv --reuid=waitwise-sync --regid=waitwise --clear-groups cat /run/credentials/waitwise-capture.service/signing.key >/dev/null 2>&1 && echo read || printf 'refused '
    setpriv --reuid=waitwise-capture --regid=waitwise --clear-groups cat /etc/waitwise/signing.key >/dev/null 2>&1 && echo read || echo refused
} | see others-secret

sleep 3
cat /var/lib/waitwise/lessons/*/manifest.json | see manifest
/usr/bin/python3 -c 'import sqlite3
print(*(row[0] for row in sqlite3.connect("/var/lib/waitwise-sync/outbox.sqlite").execute("SELECT id FROM lessons")))' | see in-the-outbox

nsenter --target "$(pid capture)" --net ip -o link | sed 's/^[0-9]*: \([^:]*\):.*/\1/' | see network-capture
set -f
for service in capture sync; do
    families=$(sed -n 's/^RestrictAddressFamilies=//p' "/usr/lib/systemd/system/waitwise-$service.service")
    systemd-run --quiet --pipe --wait --property="RestrictAddressFamilies=$families" --property="User=waitwise-$service" --property=ProtectSystem=strict \
        /usr/bin/python3 -c "$python" 'socket.socket(socket.AF_INET)' | see "inet-$service"
done
nsenter --target "$(pid capture)" --mount /usr/bin/python3 -c "$python" 'open("/etc/waitwise/written", "w")' | see etc-capture
nsenter --target "$(pid sync)" --mount sh -c '[ -e /dev/snd ] && echo sound || echo no sound' | see devices-sync
set +f

for service in capture sync; do
    before=$(pid $service)
    kill -9 "$before"
    sleep 2
    until_active $service
    [ "$(pid $service)" != "$before" ] && [ "$(systemctl is-active waitwise-$service)" = active ] && echo another | see "killed-$service"
done

before=$(pid capture)
kill -STOP "$before"
for _ in $(seq 240); do
    [ "$(pid capture)" != "$before" ] && [ "$(systemctl is-active waitwise-capture)" = active ] && break
    sleep 0.5
done
[ "$(pid capture)" != "$before" ] && echo another | see hung-capture
# Started again, it asks for the list of teachers; the other one cannot get it, and says so.
sleep 8
journalctl --no-pager --boot --unit waitwise-sync --since "-10s" --priority warning | grep -q "asked whom to record for" && echo yes | see talking
journalctl --no-pager --boot --unit waitwise-capture --unit waitwise-sync | tail -n 80 | see journal
echo over | see over
