# Builds a subsystem: a real program whose digest tells its version. What upstream's version.txt says decides how good it is.
set -eu
name=$1
said=$(cat "$name/.src/version.txt")
echo "$(date +%s%N) begin $name $said" >> builds.log
case $said in
  broken*) echo "error: $said does not compile" >&2; exit 1 ;;
  stubborn*) trap '' TERM; sleep 3600 ;;
  slow*) sleep 120 ;;
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
