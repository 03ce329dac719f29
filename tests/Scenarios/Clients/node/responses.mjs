// Drives responses, conversations and stored completions through the openai package; prints one line a check and exits 1 at the first that fails.
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const settings = { model, temperature: 0, max_output_tokens: 16 };
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };

await check('a response has its text, its usage and a request id', async () => {
  const response = await client.responses.create({ ...settings, input: 'What is gravity?', instructions: 'Be brief.' });
  assert.equal(response.object, 'response');
  assert.ok(response.output_text.length > 0);
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
  assert.match(response._request_id, /^req_/);
});

await check('a stream says what the whole answer says', async () => {
  const whole = await client.responses.create({ ...settings, input: 'What is gravity?' });
  let text = '', last = -1, final = null;
  for await (const event of await client.responses.create({ ...settings, input: 'What is gravity?', stream: true })) {
    assert.equal(event.sequence_number, ++last);
    if (event.type === 'response.output_text.delta') text += event.delta;
    if (event.type === 'response.completed' || event.type === 'response.incomplete') final = event.response;
  }
  assert.equal(text, whole.output_text);
  assert.deepEqual(await client.responses.retrieve(final.id).then(r => r.output), final.output);
});

await check('the stream helper assembles a response and takes up a stored one', async () => {
  const stream = client.responses.stream({ ...settings, input: 'Hello' });
  const made = await stream.finalResponse();
  const again = await client.responses.stream({ response_id: made.id, starting_after: 3 }).finalResponse();
  assert.equal(again.id, made.id);
  assert.equal(again.output_text, made.output_text);
});

await check('turns follow each other by previous_response_id', async () => {
  const first = await client.responses.create({ ...settings, input: 'My name is Ann.' });
  const second = await client.responses.create({ ...settings, input: 'What is my name?', previous_response_id: first.id });
  const items = [];
  for await (const item of client.responses.inputItems.list(second.id, { limit: 1 })) items.push(item);
  assert.deepEqual(items.map(item => item.role), ['user', 'assistant', 'user']);
  await client.responses.delete(first.id);
  await assert.rejects(client.responses.retrieve(first.id), e => e instanceof NotFoundError);
});

await check('a response in the background is polled to its end and streamed', async () => {
  let response = await client.responses.create({ ...settings, input: 'Hello', background: true });
  assert.equal(response.status, 'queued');
  while (response.status === 'queued' || response.status === 'in_progress') response = await client.responses.retrieve(response.id);
  assert.ok(['completed', 'incomplete'].includes(response.status));
  const events = [];
  for await (const event of await client.responses.create({ ...settings, input: 'Hello', background: true, stream: true })) events.push(event.type);
  assert.deepEqual(events.slice(0, 3), ['response.created', 'response.queued', 'response.in_progress']);
});

await check('errors come as the package\'s own types', async () => {
  await assert.rejects(client.responses.create({ ...settings, input: 'a', previous_response_id: 'resp_none' }), e => e instanceof BadRequestError && e.code === 'previous_response_not_found');
  const { id } = await client.responses.create({ ...settings, input: 'a' });
  await assert.rejects(client.responses.cancel(id), e => e instanceof BadRequestError && /synchronous/.test(e.message));
});

await check('a conversation keeps its items', async () => {
  const conversation = await client.conversations.create({ metadata: { topic: 'test' }, items: [{ type: 'message', role: 'user', content: 'Hello' }] });
  await client.responses.create({ ...settings, input: 'Go on', conversation: conversation.id });
  const { data: [added] } = await client.conversations.items.create(conversation.id, { items: [{ type: 'message', role: 'user', content: 'One more' }] });
  const roles = [];
  for await (const item of client.conversations.items.list(conversation.id, { order: 'asc', limit: 2 })) roles.push(item.role);
  assert.deepEqual(roles, ['user', 'user', 'assistant', 'user']);
  assert.equal((await client.conversations.items.retrieve(added.id, { conversation_id: conversation.id })).id, added.id);
  await client.conversations.items.delete(added.id, { conversation_id: conversation.id });
  assert.equal((await client.conversations.update(conversation.id, { metadata: { topic: 'other' } })).metadata.topic, 'other');
  assert.equal((await client.conversations.delete(conversation.id)).deleted, true);
  await assert.rejects(client.conversations.retrieve(conversation.id), e => e instanceof NotFoundError);
  assert.match((await client.conversations.create()).id, /^conv_/);
});

await check('stored completions are listed, changed and deleted', async () => {
  const run = String(Math.random());
  const made = [];
  for (let i = 0; i < 3; i++) made.push((await client.chat.completions.create({ model, max_tokens: 4, store: true, metadata: { run }, messages: [{ role: 'user', content: `Number ${i}` }] })).id);
  const listed = [];
  for await (const completion of client.chat.completions.list({ metadata: { run }, limit: 2, order: 'asc' })) listed.push(completion.id);
  assert.deepEqual(listed, made);
  assert.equal((await client.chat.completions.update(made[0], { metadata: { run: 'other' } })).metadata.run, 'other');
  const messages = [];
  for await (const message of client.chat.completions.messages.list(made[0])) messages.push(message.content);
  assert.deepEqual(messages, ['Number 0']);
  assert.equal((await client.chat.completions.delete(made[0])).deleted, true);
  await assert.rejects(client.chat.completions.retrieve(made[0]), e => e instanceof NotFoundError);
});
