# Takes the version another machine has built: here a file that is made of what upstream tagged.
set -eu
name=$1
said=$(git -C "$name/.src" fetch -q --tags --force origin && git -C "$name/.src" show "$2:version.txt")
echo "$(date +%s%N) begin $name $said" >> builds.log
mkdir -p "$name/.bin"
cp "$(command -v sleep)" "$name/.bin/$name.new"
echo "$said" >> "$name/.bin/$name.new"
mv "$name/.bin/$name.new" "$name/.bin/$name"
echo "$(date +%s%N) end $name $said" >> builds.log
