# Ends the process of a subsystem and starts it from the binary that is in place now.
name=$1
if [ -f "$name/pid" ]; then
  old=$(cat "$name/pid")
  kill "$old" 2> /dev/null
  while [ -n "$(readlink "/proc/$old/exe")" ]; do sleep 0.05; done
fi
setsid "$name/.bin/$name" 1000 > /dev/null 2>&1 < /dev/null &
echo $! > "$name/pid"
echo "$name" >> reloads.log
