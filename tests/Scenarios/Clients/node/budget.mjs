// What an application sees of a budget that is used up: OpenAI's own error, at once.
import assert from 'node:assert/strict';
import OpenAI, { RateLimitError } from 'openai';

let calls = 0;
const { BASE_URL: baseURL, API_KEY: apiKey, FAST_MODEL: model } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 5, fetch: (...request) => { calls++; return fetch(...request); } });
const messages = [{ role: 'user', content: 'Hello' }];

for (const stream of [false, true]) {
  calls = 0;
  await assert.rejects(client.chat.completions.create({ model, messages, stream }), error => {
    assert.ok(error instanceof RateLimitError);
    assert.deepEqual([error.status, error.code, error.type], [429, 'insufficient_quota', 'insufficient_quota']);
    assert.match(error.message, /You exceeded your current quota, please check your plan and billing details\./);
    return true;
  });
  assert.equal(calls, 1);
}
