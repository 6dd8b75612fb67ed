#!/bin/sh
# A sound card for machines without one: PulseAudio in a folder of its own, without system services.
#
#   virtual-sound.sh start FOLDER | stop FOLDER | env FOLDER
#
# Outputs: room, earpiece, people (what the people in the room play into). Input: mic (hears people).
# room_monitor and earpiece_monitor hear what sounds on those outputs. Nothing outside FOLDER is touched.
set -eu
folder=$2
server="unix:$folder/run/native"
export PULSE_RUNTIME_PATH="$folder/run" PULSE_STATE_PATH="$folder/state" PULSE_COOKIE="$folder/cookie"
export PULSE_SERVER="$server"
unset DBUS_SESSION_BUS_ADDRESS DISPLAY PULSE_LATENCY_MSEC || true

answers() { timeout 2 pactl info >/dev/null 2>&1; }

write() {
    mkdir -p "$folder/run" "$folder/state"
    chmod 700 "$folder" "$folder/run"
    # norewinds: without it a null sink renders seconds ahead and callbacks stall.
    # 'nowhere' is the default: a stream whose device is pulled out is moved there, not into the room.
    cat >"$folder/daemon.pa" <<PA
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket=$folder/run/native
load-module module-null-sink sink_name=nowhere rate=48000 channels=1 norewinds=1
load-module module-null-sink sink_name=room rate=48000 channels=1 norewinds=1
load-module module-null-sink sink_name=earpiece rate=48000 channels=1 norewinds=1
load-module module-null-sink sink_name=people rate=48000 channels=1 norewinds=1
load-module module-remap-source source_name=mic master=people.monitor channels=1
set-default-sink nowhere
set-default-source mic
PA
    : >"$folder/asound.conf"
    for device in room earpiece people mic room.monitor earpiece.monitor; do
        name=$(echo "$device" | tr . _)
        printf 'pcm.%s { type pulse\n server "%s"\n device "%s"\n hint { show on description "%s" } }\n' \
            "$name" "$server" "$device" "$name" >>"$folder/asound.conf"
    done
    printf 'pcm.!default { type pulse\n server "%s" }\nctl.!default { type pulse\n server "%s" }\n' \
        "$server" "$server" >>"$folder/asound.conf"
}

start() {
    write
    answers && return 0
    stop # one that was killed has left its number and its socket behind
    pulseaudio -n -F "$folder/daemon.pa" --daemonize=no --use-pid-file=yes --exit-idle-time=-1 \
        --disallow-exit=no --realtime=no --high-priority=no \
        --log-target="file:$folder/pulse.log" </dev/null >/dev/null 2>&1 &
    tries=0
    until answers; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then
            echo "PulseAudio did not start:" >&2
            tail -n 5 "$folder/pulse.log" >&2 || true
            return 1
        fi
        sleep 0.05
    done
}

stop() {
    pid=$(cat "$folder/run/pid" 2>/dev/null || true)
    [ -n "$pid" ] || return 0
    kill -CONT "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    sleep 0.2
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$folder/run/pid" "$folder/run/native"
}

case "$1" in
start) start ;;
stop) stop ;;
env)
    for name in PULSE_RUNTIME_PATH PULSE_STATE_PATH PULSE_COOKIE PULSE_SERVER; do
        eval "echo $name=\$$name"
    done
    echo "ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$folder/asound.conf"
    ;;
*) echo "start, stop or env" >&2; exit 2 ;;
esac
