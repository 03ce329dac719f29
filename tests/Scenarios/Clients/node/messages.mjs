// Drives the Messages API through Anthropic's package; prints one line a check and exits 1 at the first that fails.
import assert from 'node:assert/strict';
import Anthropic, { AuthenticationError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk';

const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model } = process.env;
const client = new Anthropic({ baseURL: baseURL.replace(/\/v1$/, ''), apiKey, maxRetries: 0 });
const settings = { model, max_tokens: 12, temperature: 0, system: 'Be brief.', messages: [{ role: 'user', content: 'What is gravity?' }] };
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };

await check('a message has its text and its usage', async () => {
  const message = await client.messages.create(settings);
  assert.equal(message.role, 'assistant');
  assert.equal(message.content[0].type, 'text');
  assert.ok(['end_turn', 'max_tokens'].includes(message.stop_reason));
  assert.ok(message.usage.input_tokens + message.usage.cache_read_input_tokens > 0);
  assert.ok(message.usage.output_tokens <= 12);
});

await check('a stream says what the whole message says', async () => {
  const whole = await client.messages.create(settings);
  const stream = client.messages.stream(settings);
  let text = '';
  stream.on('text', delta => { text += delta; });
  const final = await stream.finalMessage();
  assert.equal(text, whole.content[0].text);
  assert.equal(final.content[0].text, text);
  assert.equal(final.stop_reason, whole.stop_reason);
  assert.equal(final.usage.output_tokens, whole.usage.output_tokens);
});

await check('tokens are counted as a message counts them', async () => {
  const { max_tokens, temperature, ...counted } = settings;
  const { usage } = await client.messages.create(settings);
  assert.equal((await client.messages.countTokens(counted)).input_tokens, usage.input_tokens + usage.cache_read_input_tokens);
});

await check('errors come as the package\'s own types', async () => {
  await assert.rejects(client.messages.create({ ...settings, model: 'no-such-model' }), e => e instanceof NotFoundError && e.error.error.type === 'not_found_error');
  await assert.rejects(client.messages.create({ ...settings, temperature: 2 }), e => e instanceof BadRequestError && e.error.error.type === 'invalid_request_error');
  await assert.rejects(new Anthropic({ baseURL: client.baseURL, apiKey: 'wrong', maxRetries: 0 }).messages.create(settings), e => e instanceof AuthenticationError);
});
