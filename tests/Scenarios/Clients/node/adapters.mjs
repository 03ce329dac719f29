// What other libraries make of the platform: log-probabilities and completions through openai, the Vercel AI SDK, LangChain. Prints one line a check and exits 1 at the first that fails.
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError } from 'openai';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';

const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'What is gravity?' }];
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };

await check('openai: log-probabilities, whole and streamed', async () => {
  const asked = { model, messages, max_tokens: 6, temperature: 0, logprobs: true, top_logprobs: 2 };
  const whole = await client.chat.completions.create(asked);
  const { content } = whole.choices[0].logprobs;
  assert.equal(content.map(token => token.token).join(''), whole.choices[0].message.content);
  assert.ok(content.every(token => token.top_logprobs.length === 2 && token.logprob <= 0));
  const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
  assert.deepEqual(streamed.choices[0].logprobs.content.map(token => token.token), content.map(token => token.token));
});

await check('openai: a bias forces a token', async () => {
  const { choices } = await client.chat.completions.create({ model, messages, max_tokens: 3, logit_bias: { 1000: 100 }, temperature: 0 });
  const { choices: free } = await client.chat.completions.create({ model, messages, max_tokens: 3, temperature: 0 });
  assert.notEqual(choices[0].message.content, free[0].message.content);
  await assert.rejects(client.chat.completions.create({ model, messages, logit_bias: { 99999999: 1 } }), e => e instanceof BadRequestError && e.param === 'logit_bias');
});

await check('openai: completions of several prompts, scored and streamed', async () => {
  const whole = await client.completions.create({ model, prompt: ['The sea is', 'The sky is'], max_tokens: 4, temperature: 0, logprobs: 1, echo: true });
  assert.deepEqual(whole.choices.map(choice => choice.index), [0, 1]);
  assert.ok(whole.choices[1].text.startsWith('The sky is'));
  assert.equal(whole.choices[0].logprobs.token_logprobs[0], null);
  assert.equal(whole.usage.completion_tokens, 8);
  const texts = ['', ''];
  for await (const part of await client.completions.create({ model, prompt: ['The sea is', 'The sky is'], max_tokens: 4, temperature: 0, echo: true, stream: true })) texts[part.choices[0].index] += part.choices[0].text;
  assert.deepEqual(texts, whole.choices.map(choice => choice.text));
});

await check('ai: text and stream', async () => {
  const provider = createOpenAICompatible({ name: 'platform', baseURL, apiKey, includeUsage: true });
  const asked = { model: provider(model), prompt: 'What is gravity?', maxOutputTokens: 12, temperature: 0, maxRetries: 0 };
  const whole = await generateText(asked);
  assert.equal(whole.usage.outputTokens, 12);
  assert.equal(whole.finishReason, 'length');
  const stream = streamText(asked);
  let text = '';
  for await (const part of stream.textStream) text += part;
  assert.equal(text, whole.text);
  assert.equal((await stream.usage).outputTokens, 12);
  const completion = await generateText({ model: provider.completionModel(model), prompt: 'The sea is', maxOutputTokens: 4, temperature: 0, maxRetries: 0 });
  assert.ok(completion.text.length > 0);
});

await check('ai over responses: text, stream, tools and structured output', async () => {
  const provider = createOpenAI({ baseURL, apiKey });
  const asked = { model: provider.responses(model), prompt: 'What is gravity?', maxOutputTokens: 16, temperature: 0, maxRetries: 0 };
  const whole = await generateText(asked);
  assert.equal(whole.usage.outputTokens, 16);
  assert.equal(whole.finishReason, 'length');
  assert.match(whole.response.id, /^resp_/);
  const stream = streamText(asked);
  let text = '';
  for await (const part of stream.textStream) text += part;
  assert.equal(text, whole.text);
  assert.equal((await stream.usage).outputTokens, 16);
  const dish = jsonSchema({ type: 'object', properties: { dish: { enum: ['soup', 'pasta'] } }, required: ['dish'], additionalProperties: false });
  const tools = { look_up: tool({ description: 'Looks a dish up.', inputSchema: dish }) };
  const called = await generateText({ ...asked, tools, toolChoice: 'required', maxOutputTokens: 200 });
  assert.equal(called.finishReason, 'tool-calls');
  assert.ok(['soup', 'pasta'].includes(called.toolCalls[0].input.dish));
  const structured = await generateText({ ...asked, maxOutputTokens: 100, output: Output.object({ schema: dish }) });
  assert.ok(['soup', 'pasta'].includes(structured.output.dish));
});

await check('langchain: invoke and stream', async () => {
  const chat = new ChatOpenAI({ model, apiKey, configuration: { baseURL }, maxTokens: 12, temperature: 0, maxRetries: 0, logprobs: true, useResponsesApi: false });
  const whole = await chat.invoke('What is gravity?');
  assert.ok(whole.content.length > 0);
  assert.equal(whole.usage_metadata.output_tokens, 12);
  assert.equal(whole.response_metadata.logprobs.content.length, 12);
  let text = '';
  for await (const part of await chat.stream('What is gravity?')) text += part.content;
  assert.equal(text, whole.content);
});

await check('langchain: responses, whole and streamed', async () => {
  const chat = new ChatOpenAI({ model, apiKey, configuration: { baseURL }, maxTokens: 16, temperature: 0, maxRetries: 0, useResponsesApi: true });
  const whole = await chat.invoke('What is gravity?');
  assert.ok(whole.text.length > 0);
  assert.equal(whole.usage_metadata.output_tokens, 16);
  assert.match(whole.response_metadata.id, /^resp_/);
  let text = '';
  for await (const part of await chat.stream('What is gravity?')) text += part.text;
  assert.equal(text, whole.text);
});
