// Follows a channel with the eventsource package until its input ends.
// Prints "ready <id>" for every stream it gets, and "event <id> <number>" for every event.
import { EventSource } from 'eventsource';

const events = new EventSource(process.argv[2]);
events.addEventListener('ready', (ready) => console.log(`ready ${ready.lastEventId}`));
events.addEventListener('message', (message) =>
  console.log(`event ${message.lastEventId} ${JSON.parse(message.data).body.number}`));
events.addEventListener('error', (error) => console.error(error.message ?? 'the stream ended'));

process.stdin.on('end', () => events.close()).resume();
