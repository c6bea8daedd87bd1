#!/bin/bash
# slbd's start, without the module: who starts a daemon hears whether it serves; the socket for slbadm is nobody else's.
# lanes: host
# timeout: 60
[ -n "${SLB_ALONE-}" ] || SLB_ALONE=1 exec unshare -n -m "$0" "$@"
. "$(dirname "$0")/../lib.sh"
need python3
plan
daemon=${SLBD:-$SLB_TOP/build/tool/slbd}
export SLB_RUN_DIR=$SLB_TMP/run
ip link set lo up
echo "-t 10.0.0.80:80 -r 127.0.0.1:80 type=exec interval=1 command=/bin/true" >"$SLB_TMP/checks"
echo 'services: []' >"$SLB_TMP/slb.conf"

# A daemon serves before whoever has started it goes on.
out=$("$daemon" -n --checks "$SLB_TMP/checks" -p "$SLB_TMP/pid" 2>&1)
is "a daemon that serves: the exit status is 0" "$?" 0
is "and nothing is said" "$out" ""
pid=$(cat "$SLB_TMP/pid")
check "it has its file already, and runs" kill -0 "$pid"
is "what it was started with is closed" "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | sort -u)" /dev/null
kill "$pid"
check "it ends" wait_for test ! -e "$SLB_TMP/pid"
"$daemon" -n --checks "$SLB_TMP/checks" -p "$SLB_TMP/pid" <&- >&- 2>&-
is "so can one be that is started without any files" "$?" 0
pid=$(cat "$SLB_TMP/pid")
is "which has none of its own in their place" "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | sort -u)" /dev/null
check "and runs" kill "$pid"
check "until it is ended" wait_for test ! -e "$SLB_TMP/pid"
out=$("$daemon" -c "$SLB_TMP/slb.conf" -p "$SLB_TMP/pid" 2>&1)
is "a daemon that cannot serve, as there is no module: the exit status is 1" "$?" 1
matches "and it is said why" "$out" 'the slb module is not loaded'
check "it leaves no number" test ! -e "$SLB_TMP/pid"
"$daemon" -l stderr -n --checks "$SLB_TMP/checks" -p "$SLB_TMP/none/pid" 2>"$SLB_TMP/err"
is "nor can it where its number cannot be written" "$?" 1
is "which is said once" "$(grep -c 'none/pid: No such file' "$SLB_TMP/err")" 1
echo nonsense >"$SLB_TMP/wrong"
"$daemon" -c "$SLB_TMP/wrong" 2>/dev/null
is "nor with a file that is wrong" "$?" 1

# The socket: without the module the daemon ends, but only after it was there.
here=$(stat -L -c %i /proc/self/ns/net)
is "its directory is made" "$(stat -c %a "$SLB_TMP/run")" 755
is "the socket goes with the daemon" "$(ls "$SLB_TMP/run")" "slbd-$here.lock"
is "the lock is its own" "$(stat -c %a "$SLB_TMP/run/slbd-$here.lock")" 600
spawn python3 -c 'import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)' "$SLB_TMP/run/slbd-$here.lock"
wait_for grep -q locked "$spawned_log"
matches "there is one in a network namespace" "$("$daemon" -f -c "$SLB_TMP/slb.conf" 2>&1)" 'another slbd runs'
stop "$spawned"
spawn python3 -c 'import os, socket, time
os.setuid(65534)
s = socket.socket(socket.AF_UNIX)
s.bind("\0slb/slbd")
s.listen()
print("taken", flush=True)
time.sleep(60)'
wait_for grep -q taken "$spawned_log"
matches "nobody else can take its place" "$("$daemon" -f -c "$SLB_TMP/slb.conf" 2>&1)" 'the slb module is not loaded'
matches "nor the one that slbadm asks" "$(slbadm reload 2>&1)" 'slbd does not run here'
stop "$spawned"
mkdir "$SLB_TMP/file" && SLB_RUN_DIR=$SLB_TMP/slb.conf "$daemon" -f -c "$SLB_TMP/slb.conf" 2>"$SLB_TMP/err"
matches "a directory that cannot be had is said" "$(cat "$SLB_TMP/err")" "no socket for slbadm in $SLB_TMP/slb.conf: Not a directory"
