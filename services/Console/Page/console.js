'use strict';

const $ = id => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const history = [];
let key = sessionStorage.getItem('key');
let running = null;

// --- access: on this machine the platform adds a key of its own, elsewhere the visitor brings one ---

const api = path => key ? `/v1${path}` : `/console/v1${path}`;
const headers = () => key ? { Authorization: `Bearer ${key}` } : {};

$('key-form').addEventListener('submit', event => {
  event.preventDefault();
  key = $('key').value.trim();
  sessionStorage.setItem('key', key);
  refresh();
});

// --- state: polled, since it is one small answer ---

async function refresh() {
  try {
    const answer = await fetch('/console/state', { headers: headers() });
    $('key-form').hidden = answer.status !== 401;
    if (answer.status === 401) return health('', key ? 'this key is not accepted' : 'locked');
    if (!answer.ok) return health('bad', 'not ready');
    const state = await answer.json();
    showModels(state.models);
    showUsage(state.today);
    const pooled = state.models.filter(m => m.kind !== 'video'); // videos are jobs in a queue, which no worker has a place in beforehand
    const served = pooled.filter(m => m.workers > 0).length;
    const all = state.models.length;
    health(served ? 'good' : '', served < pooled.length ? `loading models… ${served} of ${pooled.length} ready` : `ready, ${all} model${all === 1 ? '' : 's'}`);
  } catch {
    health('bad', 'not reachable');
  }
}

function health(kind, text) {
  $('health').className = `health ${kind}`;
  $('health-text').textContent = text;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// --- models, a group for each kind ---

const kindNames = { chat: 'Chat', embedding: 'Embeddings', rerank: 'Reranking', video: 'Video' };
const mostSlots = 16; // bars that fit beside each other

function showModels(models) {
  const kinds = [...new Set([...Object.keys(kindNames), ...models.map(m => m.kind)])].filter(kind => models.some(m => m.kind === kind));
  $('models').replaceChildren(...kinds.flatMap(kind => [element('h3', '', kindNames[kind] ?? kind), ...models.filter(m => m.kind === kind).map(showModel)]));

  const chat = models.filter(m => m.kind === 'chat').map(m => m.id);
  const select = $('model');
  if ([...select.options].map(o => o.value).join() !== chat.join()) {
    const chosen = select.value;
    select.replaceChildren(...chat.map(id => new Option(id, id)));
    if (chat.includes(chosen)) select.value = chosen;
    showSnippet();
  }
}

function showModel(model) {
  const box = element('div', 'model');
  box.append(element('strong', '', model.id));
  if (model.aliases.length) box.append(element('span', 'quiet', `  also ${model.aliases.join(', ')}`));
  if (model.kind === 'video') {
    box.append(element('div', 'quiet', model.license));
    return box;
  }

  const slots = element('div', 'slots');
  slots.setAttribute('aria-hidden', 'true');
  const bars = Math.min(model.slots, mostSlots);
  for (let i = 0; i < bars; i++) slots.append(element('i', i < Math.ceil(model.busy * bars / model.slots) ? 'busy' : ''));
  box.append(slots);
  const load = model.workers ? `${model.busy} of ${model.slots} slots busy${model.waiting ? `, ${model.waiting} waiting` : ''}` : 'no worker yet';
  box.append(element('span', 'quiet', [load, `${number.format(model.context_length)} tokens`, model.license].filter(Boolean).join(' · ')));
  return box;
}

function showUsage(today) {
  const figures = [['requests', today.requests], ['input tokens', today.input_tokens], ['output tokens', today.output_tokens], ['from cache', today.cached_tokens]]
    .map(([name, count]) => [name, number.format(count)]);
  if (today.cost > 0) figures.push(['cost', today.cost.toLocaleString('en', { maximumSignificantDigits: 3 })]);
  $('usage').replaceChildren(...figures.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    return pair;
  }));

  $('kinds').textContent = today.kinds.map(k => `${kindNames[k.kind] ?? k.kind}: ${number.format(k.requests)} request${k.requests === 1 ? '' : 's'}, ${number.format(k.tokens)} tokens`).join(' · ');

  const tokens = today.hours.map(h => h.input_tokens + h.output_tokens);
  const most = Math.max(1, ...tokens);
  $('hours').replaceChildren(...tokens.map((count, hour) => {
    const height = count ? Math.max(2, 46 * count / most) : 1;
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [name, value] of Object.entries({ x: hour * 10 + 1, y: 48 - height, width: 8, height })) bar.setAttribute(name, value);
    if (!count) bar.setAttribute('class', 'rest');
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = `${hour}:00 UTC: ${number.format(count)} tokens`;
    bar.append(title);
    return bar;
  }));
}

// --- chat ---

$('question').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('ask').requestSubmit();
  }
});

$('question').addEventListener('input', () => {
  const box = $('question');
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight}px`;
});

$('clear').addEventListener('click', () => {
  running?.abort();
  history.length = 0;
  $('messages').replaceChildren(element('li', 'empty', 'Ask something. The answer streams from the model running here.'));
  $('pace').textContent = '';
  $('question').focus();
});

$('ask').addEventListener('submit', async event => {
  event.preventDefault();
  if (running) return running.abort();
  const question = $('question').value.trim();
  if (!question) return;
  $('question').value = '';
  $('question').style.height = 'auto';
  document.querySelector('#messages .empty')?.remove();
  say('user', question);
  history.push({ role: 'user', content: question });
  await answer();
});

function say(role, text) {
  const line = element('li', role, text);
  $('messages').append(line);
  line.scrollIntoView({ block: 'end' });
  return line;
}

async function answer() {
  const asked = history.slice();
  const line = say('assistant', '');
  line.classList.add('streaming');
  $('send').textContent = 'Stop';
  running = new AbortController();
  const began = performance.now();
  let first = 0, usage = null, text = '';
  try {
    const reply = await fetch(api('/chat/completions'), {
      method: 'POST',
      signal: running.signal,
      headers: { 'Content-Type': 'application/json', ...headers() },
      body: JSON.stringify({ model: $('model').value, messages: asked, stream: true, stream_options: { include_usage: true } }),
    });
    if (!reply.ok) throw new Error((await reply.json()).error?.message ?? `status ${reply.status}`);
    for await (const chunk of events(reply.body)) {
      if (chunk.error) throw new Error(chunk.error.message);
      if (chunk.usage) usage = chunk.usage;
      const delta = chunk.choices[0]?.delta.content;
      if (!delta) continue;
      first ||= performance.now();
      text += delta;
      const atEnd = $('messages').scrollHeight - $('messages').scrollTop - $('messages').clientHeight < 40;
      line.textContent = text;
      if (atEnd) $('messages').scrollTop = $('messages').scrollHeight;
    }
    const seconds = (performance.now() - first) / 1000;
    if (usage && first) $('pace').textContent = `first token after ${Math.round(first - began)} ms, ${usage.completion_tokens} tokens at ${(usage.completion_tokens / seconds).toFixed(1)} a second, ${usage.prompt_tokens} in the prompt`;
  } catch (error) {
    if (error.name !== 'AbortError') {
      line.classList.add('failed');
      text = line.textContent = `${text}${text ? '\n' : ''}${error.message}`;
    }
  } finally {
    line.classList.remove('streaming');
    if (!line.classList.contains('failed') && text) history.push({ role: 'assistant', content: text });
    running = null;
    $('send').textContent = 'Send';
    refresh();
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const data = part.split('\n').filter(l => l.startsWith('data:')).map(l => l.slice(5).trim()).join('\n');
      if (data === '[DONE]') return;
      if (data) yield JSON.parse(data);
    }
  }
}

// --- three lines that point an SDK here ---

const snippets = {
  Python: (url, model) => `from openai import OpenAI\nclient = OpenAI(base_url="${url}", api_key="sk-…")\nprint(client.chat.completions.create(model="${model}",\n    messages=[{"role": "user", "content": "Hello"}]).choices[0].message.content)`,
  JavaScript: (url, model) => `import OpenAI from 'openai';\nconst client = new OpenAI({ baseURL: '${url}', apiKey: 'sk-…' });\nconsole.log((await client.chat.completions.create({ model: '${model}',\n  messages: [{ role: 'user', content: 'Hello' }] })).choices[0].message.content);`,
  '.NET': (url, model) => `using OpenAI; using OpenAI.Chat;\nvar chat = new ChatClient("${model}", new("sk-…"), new() { Endpoint = new("${url}") });\nConsole.WriteLine(chat.CompleteChat("Hello").Value.Content[0].Text);`,
};
let language = 'Python';

function showSnippet() {
  $('languages').replaceChildren(...Object.keys(snippets).map(name => {
    const tab = element('button', '', name);
    tab.type = 'button';
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-selected', name === language);
    tab.addEventListener('click', () => { language = name; showSnippet(); });
    return tab;
  }));
  $('snippet').textContent = snippets[language](`${location.origin}/v1`, $('model').value || 'smollm2-135m-instruct');
}

showSnippet();
refresh();
setInterval(refresh, 3000);
