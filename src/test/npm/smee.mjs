// Forwards a channel to a target with smee-client until its input ends, and prints "ready <id>" for every stream it gets.
import SmeeClient from 'smee-client';

const [source, target] = process.argv.slice(2);
const client = new SmeeClient({ source, target, logger: new console.Console(process.stderr) });
const ready = (event) => console.log(`ready ${event.lastEventId}`);
// onopen runs before the event has a target, and ready must not slip through; adding the same listener again is nothing
client.onopen = (open) => queueMicrotask(() => open.target.addEventListener('ready', ready));
await client.start();

process.stdin.on('end', () => client.stop()).resume();
