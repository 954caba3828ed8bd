#!/usr/bin/env bash
# supervise.sh LOG LOCK SIGNAL GRACE COMMAND [ARGUMENT...]
#
# Runs COMMAND, its output appended to LOG, for a host that holds the other ends of standard input and output.
# The host reads "started PID" and "exited CODE" and writes the name of a signal to send, one a line. When the host
# dies, however it dies, standard input ends: COMMAND gets SIGNAL and, after GRACE seconds, the whole group is killed.
# By bash, because a plain sh drops variables whose name is no identifier, such as services__broker-routing__http__0.
# PR_SET_PDEATHSIG straight from the host would not do: it fires when the *thread* that forked ends, and .NET's come and go.
log=$1 lock=$2 signal=$3 grace=$4
shift 4
# COMMAND inherits descriptor 4, so the lock lasts as long as it or a child of it does. Twice the grace is more than an
# orphan of a killed host can take.
exec 3<&0 4>>"$lock" </dev/null 2>>"$log"
[ "$lock" = /dev/null ] || flock -w $((grace * 2)) 4 || { echo "$lock is held by another process"; exit 1; }
# A shell starts what runs in the background with SIGINT ignored, which COMMAND and its children would inherit.
env --default-signal=INT,QUIT "$@" >>"$log" 2>&1 3<&- &
child=$!
# Not before the child is started, which would inherit it: with the host gone, "exited" has no reader.
trap '' PIPE
echo "started $child"
(
  exec 4>&-
  while read -r order <&3; do kill -s "$order" "$child"; done
  kill -s "$signal" "$child"
  sleep "$grace"
  kill -KILL 0
) >/dev/null 2>&1 &
exec 4>&-
wait "$child"
echo "exited $?"
# The child may have left children of its own; the group also holds the watcher above and this shell.
kill -KILL 0
