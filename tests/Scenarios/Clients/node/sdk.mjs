// Drives the platform through the openai package as an application would; prints one line a check and exits 1 at the first that fails.
import assert from 'node:assert/strict';
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai';

const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model, EMBEDDING_MODEL: embedder } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is gravity?' }];
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };

await check('a chat completion has an answer, its usage and a request id', async () => {
  const { data, request_id } = await client.chat.completions.create({ model, messages, max_tokens: 8, temperature: 0 }).withResponse();
  assert.equal(data.object, 'chat.completion');
  assert.equal(data.model, model);
  assert.ok(data.choices[0].message.content.length > 0);
  assert.equal(data.choices[0].finish_reason, 'length');
  assert.equal(data.usage.completion_tokens, 8);
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + 8);
  assert.match(request_id, /^req_/);
});

await check('a stream says what the whole answer says', async () => {
  const whole = await client.chat.completions.create({ model, messages, max_tokens: 24, temperature: 0 });
  const stream = await client.chat.completions.create({ model, messages, max_tokens: 24, temperature: 0, stream: true, stream_options: { include_usage: true } });
  let text = '', usage = null, finishes = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (chunk.choices[0]?.finish_reason) finishes++;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finishes, 1);
  assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
});

await check('the stream helper assembles a completion', async () => {
  const completion = await client.chat.completions.stream({ model, messages, max_tokens: 8, n: 2, seed: 7 }).finalChatCompletion();
  assert.deepEqual(completion.choices.map(c => c.index), [0, 1]);
});

await check('models are listed and found', async () => {
  const ids = [];
  for await (const each of client.models.list()) ids.push(each.id);
  assert.ok(ids.includes(model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

await check('embeddings are the same as base64, which the package asks for by itself, and as numbers', async () => {
  const input = ['The cat sits on the mat.', 'Quarterly revenue grew by twelve percent.'];
  const packed = await client.embeddings.create({ model: embedder, input });
  const numbers = await client.embeddings.create({ model: embedder, input, encoding_format: 'float' });
  assert.equal(packed.data[0].embedding.length, 384);
  packed.data.forEach((each, i) => assert.deepEqual(Array.from(each.embedding), Array.from(Float32Array.from(numbers.data[i].embedding))));
  assert.deepEqual(packed.usage, { prompt_tokens: 18, total_tokens: 18 });
  await assert.rejects(client.embeddings.create({ model: embedder, input: '' }), e => e instanceof BadRequestError && e.param === 'input');
});

await check('errors come as the package\'s own types', async () => {
  await assert.rejects(client.chat.completions.create({ model: 'no-such-model', messages }), e => e instanceof NotFoundError && e.code === 'model_not_found' && e.param === 'model');
  await assert.rejects(client.chat.completions.create({ model, messages, temperature: 3 }), e => e instanceof BadRequestError && e.param === 'temperature');
  await assert.rejects(new OpenAI({ baseURL, apiKey: 'sk-wrong', maxRetries: 0 }).models.list(), e => e instanceof AuthenticationError && e.code === 'invalid_api_key');
});

await check('a stream that is left early ends quietly', async () => {
  const stream = await client.chat.completions.create({ model, messages, max_tokens: 200, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  assert.ok(stream.controller.signal.aborted);
});
