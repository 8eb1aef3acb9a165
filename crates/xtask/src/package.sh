# The installed package, used: inside the private desktop of `cargo xtask window`.
set -eu
fail() { echo "$1" >&2; exit 1; }

for program in replydesk replydesk-tray; do
    "$program" --version | grep -q "^$program " || fail "$program does not tell its version"
done
entry=/usr/share/applications/ReplyDesk.desktop
desktop-file-validate "$entry" || fail "$entry is not valid"
[ "$(xdg-mime query default x-scheme-handler/replydesk)" = ReplyDesk.desktop ] ||
    fail "replydesk:// is not registered"

log=$HOME/replydesk.log
REPLYDESK_DATA_DIR=$HOME/data replydesk --demo >"$log" 2>&1 &
app=$!
# At most half a minute: a busy machine is slow.
for _ in $(seq 1 300); do
    window=$(xdotool search --onlyvisible --name '^.*ReplyDesk$' 2>/dev/null || true)
    [ -n "$window" ] && break
    kill -0 "$app" 2>/dev/null || { cat "$log" >&2; fail "it ended by itself"; }
    sleep 0.1
done
[ -n "$window" ] || { cat "$log" >&2; fail "no window came"; }
kill -TERM "$app"
wait "$app" || fail "it did not end in good order"

# Without a window it is the other program, in the same process.
data=$HOME/hidden
REPLYDESK_DATA_DIR=$data replydesk --hidden >"$log" 2>&1 &
app=$!
for _ in $(seq 1 300); do
    [ -e "$data/replydesk.db" ] && break
    kill -0 "$app" 2>/dev/null || { cat "$log" >&2; fail "it ended by itself"; }
    sleep 0.1
done
[ "$(readlink "/proc/$app/exe")" = /usr/bin/replydesk-tray ] ||
    { cat "$log" >&2; fail "--hidden is not the program without a window"; }
kill -TERM "$app"
wait "$app" || fail "it did not end in good order without a window"
