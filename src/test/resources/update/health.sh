# Healthy while the process runs the binary that is in place now.
name=$1
[ "$(readlink "/proc/$(cat "$name/pid")/exe")" = "$(readlink -f "$name/.bin/$name")" ]
