// The live page of one channel. Payloads and headers come from strangers: they reach the page as text only, never as markup.
'use strict';

const MOST_EVENTS = 300;
const MOST_SHOWN = 400000;

const $ = (id) => document.getElementById(id);
const here = new URL(location.href);
const channel = here.pathname.slice(here.pathname.lastIndexOf('/') + 1);
const base = here.origin + here.pathname.slice(0, here.pathname.lastIndexOf('/'));
const address = base + '/' + channel;
const tokenKey = 'waystation-token-' + channel;

const events = []; // newest first
let selected = null;
let pretty = true;
let source = null;
let lastId = null;

function token() {
  return sessionStorage.getItem(tokenKey) || '';
}

// ---- connection ----

function connect() {
  if (source) {
    source.close();
  }
  const query = new URLSearchParams();
  if (token()) {
    query.set('access_token', token());
  }
  if (lastId) {
    query.set('lastEventId', lastId);
  }
  show('wait', 'Connecting');
  source = new EventSource(base + '/stream/' + channel + (query.size ? '?' + query : ''));
  source.addEventListener('ready', (message) => {
    lastId = message.lastEventId || lastId;
    $('token-form').hidden = true;
    show('open', 'Listening');
  });
  source.addEventListener('gap', (message) => note(JSON.parse(message.data)));
  source.onmessage = (message) => {
    lastId = message.lastEventId || lastId;
    add(JSON.parse(message.data));
  };
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      refused();
    } else {
      show('wait', 'Reconnecting');
    }
  };
}

// An EventSource does not tell why it was refused: ask once more in a way that does.
async function refused() {
  show('shut', 'Not connected');
  try {
    const asked = new AbortController();
    const answer = await fetch(base + '/stream/' + channel, {
      headers: token() ? { Authorization: 'Bearer ' + token() } : {}, signal: asked.signal,
    });
    asked.abort();
    if (answer.status === 401 || answer.status === 403) {
      $('token-reason').textContent = token() ? 'That token does not open this channel.' : $('token-reason').textContent;
      $('token-form').hidden = false;
      $('token').focus();
      return;
    }
  } catch (unreachable) {
    // said by the light already
  }
  setTimeout(connect, 3000);
}

function show(kind, text) {
  $('light').className = 'light ' + kind;
  $('state').textContent = text;
}

// ---- events ----

function add(event) {
  event.bytes = decode(event.data_base64 || '');
  event.data_base64 = null;
  event.text = new TextDecoder().decode(event.bytes);
  event.search = [event.type, event.subject, event.source, event.text.slice(0, 100000),
    ...event.headers.map((header) => header.join(': '))].join('\n').toLowerCase();
  events.unshift(event);
  const row = item(event);
  event.row = row;
  $('list').prepend(row);
  while (events.length > MOST_EVENTS) {
    const old = events.pop();
    old.row.remove();
  }
  row.hidden = !matches(event);
  counted();
  if (!selected) {
    select(event);
  }
}

function note(gap) {
  const row = document.createElement('li');
  row.className = 'gap';
  row.textContent = gap.lost + (gap.lost === 1 ? ' event is' : ' events are') + ' gone and cannot be shown';
  $('list').prepend(row);
}

function decode(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}

function header(event, name) {
  const found = event.headers.find((entry) => entry[0] === name);
  return found ? found[1] : '';
}

function title(event) {
  const name = ['x-github-event', 'x-gitlab-event', 'x-gitea-event', 'x-forgejo-event', 'x-event-key', 'linear-event']
    .map((key) => header(event, key)).find(Boolean);
  return name || (event.type === 'io.waystation.webhook' ? event.method + ' ' + (header(event, 'content-type') || 'no body')
    : event.type);
}

function item(event) {
  const row = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.append(piece('name', title(event)), piece('time', clock(event.time)),
    piece('about', [event.subject, event.key !== event.channel ? event.key : '', size(event.bytes.length)].filter(Boolean).join(' · ')));
  button.addEventListener('click', () => select(event));
  row.append(button);
  return row;
}

function piece(kind, text) {
  const span = document.createElement('span');
  span.className = kind;
  span.textContent = text;
  return span;
}

function clock(time) {
  return new Date(time).toLocaleTimeString();
}

function size(bytes) {
  return bytes < 1024 ? bytes + ' B' : bytes < 1048576 ? (bytes / 1024).toFixed(1) + ' KiB' : (bytes / 1048576).toFixed(1) + ' MiB';
}

function matches(event) {
  return event.search.includes($('filter').value.trim().toLowerCase());
}

function counted() {
  const shown = events.filter((event) => !event.row.hidden).length;
  $('count').textContent = shown === events.length ? events.length : shown + ' of ' + events.length;
  $('empty').hidden = events.length > 0;
}

// ---- one event ----

function select(event) {
  selected = event;
  for (const one of events) {
    one.row.firstChild.setAttribute('aria-current', String(one === event));
  }
  $('detail').hidden = false;
  $('notice').hidden = true;
  $('detail-title').textContent = title(event);
  const facts = {
    Received: new Date(event.time).toLocaleString(), Request: event.method + ' ' + event.path + (event.query ? '?' + event.query : ''),
    Type: event.type, Source: event.source, Subject: event.subject, Verified: event.verified === 'none' ? 'no' : event.verified,
    Delivery: event.deliveryid, 'Repeats': event.replayof, Position: event.position,
  };
  $('facts').replaceChildren(...Object.entries(facts).filter(([, value]) => value).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
  $('header-count').textContent = event.headers.length;
  $('headers').replaceChildren(...event.headers.map((entry) => {
    const row = document.createElement('tr');
    for (const text of entry) {
      row.append(Object.assign(document.createElement('td'), { textContent: text }));
    }
    return row;
  }));
  $('size').textContent = size(event.bytes.length);
  payload();
}

function payload() {
  let text = selected.text;
  if (pretty) {
    const form = header(selected, 'content-type').startsWith('application/x-www-form-urlencoded')
      ? new URLSearchParams(text).get('payload') : null;
    text = indent(form || text) ?? text;
  }
  $('payload').textContent = text.length > MOST_SHOWN
    ? text.slice(0, MOST_SHOWN) + '\n… ' + size(text.length - MOST_SHOWN) + ' more; Copy takes all of it' : text;
  $('pretty').setAttribute('aria-pressed', String(pretty));
  $('raw').setAttribute('aria-pressed', String(!pretty));
}

// Indents JSON without reading its values, so that no number changes.
function indent(text) {
  try {
    JSON.parse(text);
  } catch (notJson) {
    return null;
  }
  const out = [];
  let depth = 0;
  const line = () => '\n' + '  '.repeat(depth);
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) || [];
  tokens.forEach((word, i) => {
    const opens = word === '{' || word === '[';
    const closes = word === '}' || word === ']';
    const empty = opens && (tokens[i + 1] === '}' || tokens[i + 1] === ']');
    const closesEmpty = closes && (tokens[i - 1] === '{' || tokens[i - 1] === '[');
    if (closes && !closesEmpty) {
      depth--;
      out.push(line());
    }
    out.push(word);
    if (opens && !empty) {
      depth++;
      out.push(line());
    } else if (word === ',') {
      out.push(line());
    } else if (word === ':') {
      out.push(' ');
    }
  });
  return out.join('');
}

async function redeliver() {
  const event = selected;
  $('redeliver').disabled = true;
  try {
    const answer = await fetch(address + '/redeliver', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token() ? { Authorization: 'Bearer ' + token() } : {}) },
      body: JSON.stringify({ position: event.position }),
    });
    const said = await answer.json().catch(() => ({}));
    tell(answer.ok ? 'Sent again; the copy comes in as a new event.' : said.detail || 'The hub answered ' + answer.status + '.');
    if (answer.status === 401) {
      $('token-reason').textContent = 'Redelivering needs a token with the role replay, or the channel\'s secret.';
      $('token-form').hidden = false;
      $('token').focus();
    }
  } catch (unreachable) {
    tell('The hub cannot be reached.');
  } finally {
    $('redeliver').disabled = false;
  }
}

function tell(text) {
  $('notice').textContent = text;
  $('notice').hidden = false;
}

// ---- the rest of the page ----

async function copy(button) {
  const text = button.dataset.copy === 'payload' ? selected.text : $(button.dataset.copy).textContent;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch (insecurePage) { // browsers give the clipboard to https and localhost only
    const area = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = label; }, 1200);
}

function begin() {
  document.title = channel + ' · Waystation';
  $('address').textContent = address;
  $('curl').textContent = 'curl -H "Content-Type: application/json" -H "X-GitHub-Event: ping" \\\n  -d \'{"zen":"Keep it logically awesome."}\' ' + address;
  $('client-own').textContent = 'waystation client ' + address + ' http://localhost:8080';
  $('client-smee').textContent = 'npx smee-client --url ' + address + ' --target http://localhost:8080';
  $('client-gosmee').textContent = 'gosmee client ' + address + ' http://localhost:8080';
  document.querySelectorAll('[data-copy]').forEach((button) => button.addEventListener('click', () => copy(button)));
  $('pretty').addEventListener('click', () => { pretty = true; payload(); });
  $('raw').addEventListener('click', () => { pretty = false; payload(); });
  $('redeliver').addEventListener('click', redeliver);
  $('filter').addEventListener('input', () => {
    events.forEach((event) => { event.row.hidden = !matches(event); });
    counted();
  });
  $('clear').addEventListener('click', () => {
    events.length = 0;
    selected = null;
    $('list').replaceChildren();
    $('detail').hidden = true;
    counted();
  });
  $('token-form').addEventListener('submit', (submitted) => {
    submitted.preventDefault();
    sessionStorage.setItem(tokenKey, $('token').value.trim());
    $('token').value = '';
    $('token-form').hidden = true;
    connect();
  });
  connect();
}

begin();
