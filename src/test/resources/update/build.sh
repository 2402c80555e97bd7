# Builds a subsystem: a real program whose digest tells its version. What upstream's version.txt says decides how good it is.
set -eu
name=$1
said=$(cat "$name/.src/version.txt")
echo "$(date +%s%N) begin $name $said" >> builds.log
# How many builds run at once, of this subsystem and in all: a file for each, which counts while /proc knows its process.
: > "$name/building.$$"
same=0
all=0
for file in */building.*; do
  if [ -e "/proc/${file##*.}/exe" ]; then
    all=$((all + 1))
    [ "${file%/*}" != "$name" ] || same=$((same + 1))
  fi
done
echo "$name $same $all" >> at-once.log
case $said in
  broken*) echo "error: $said does not compile" >&2; exit 1 ;;
  stubborn*) trap '' TERM; sleep 3600 ;;
  slow*) sleep 120 ;;
  gated*) until [ -f "$name/gate" ]; do sleep 0.05; done ;;
esac
mkdir -p "$name/.bin"
case $said in
  bad*) program=/usr/bin/false ;;
  *) program=$(command -v sleep) ;;
esac
cp "$program" "$name/.bin/$name.new"
echo "$said" >> "$name/.bin/$name.new"
mv "$name/.bin/$name.new" "$name/.bin/$name"
echo "$(date +%s%N) end $name $said" >> builds.log
rm "$name/building.$$"
