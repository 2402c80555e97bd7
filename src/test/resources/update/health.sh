# Healthy while the process runs the binary that is in place now, and no binary says what it refuses to work with.
name=$1
[ "$(readlink "/proc/$(cat "$name/pid")/exe")" = "$(readlink -f "$name/.bin/$name")" ] || exit 1
if [ -f "$name/refuses" ] && grep -aqF "$(cat "$name/refuses")" ./*/.bin/*; then
  echo "$name does not work with $(cat "$name/refuses")" >&2
  exit 1
fi
