// Streams of the openai package, one after the other from each of a few clients, through every gateway in turn, until standard input ends. Prints a line of JSON for each: what it brought, and how it broke where it did.
import OpenAI from 'openai';

const { BASE_URLS, API_KEY: apiKey, BODIES, CLIENTS } = process.env;
const gateways = BASE_URLS.split(' ').map(baseURL => new OpenAI({ baseURL, apiKey, maxRetries: 0 }));
const bodies = JSON.parse(BODIES);
let going = true, asked = 0;
process.stdin.on('end', () => { going = false; }).resume();

const ask = async (gateway, recipe) => {
  const told = { recipe, id: null, texts: Array(bodies[recipe].n ?? 1).fill(''), ends: Array(bodies[recipe].n ?? 1).fill(0), pieces: 0, usage: null, error: null };
  let last = Date.now();
  try {
    for await (const chunk of await gateway.chat.completions.create(bodies[recipe])) {
      last = Date.now();
      told.id ??= chunk.id;
      told.usage = chunk.usage ?? told.usage;
      for (const { index, delta, finish_reason } of chunk.choices) {
        told.texts[index] += delta.content ?? '';
        if (delta.content) told.pieces++;
        if (finish_reason) told.ends[index]++;
      }
    }
  } catch (error) {
    told.error = `${error.status ?? ''} ${error.constructor.name} ${error.message}`.trim();
  }
  console.log(JSON.stringify({ ...told, silent: Date.now() - last }));
  if (told.error) await new Promise(resolve => setTimeout(resolve, 200));
};

const client = async () => { while (going) await ask(gateways[asked % gateways.length], asked++ % bodies.length); };
await Promise.all(Array.from({ length: +CLIENTS }, client));
