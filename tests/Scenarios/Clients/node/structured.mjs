// Structured answers and tool calls through the packages that applications use; ajv is the judge of what keeps to a schema. Exits 1 at the first check that fails.
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { Agent, Runner, OpenAIChatCompletionsModel, OpenAIResponsesModel, setTracingDisabled, tool } from '@openai/agents';

const { BASE_URL: baseURL, API_KEY: apiKey, MODEL: model, FAST_MODEL: fast } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'Plan a small dinner.' }];
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };

await check('zodResponseFormat comes back parsed', async () => {
  const Dinner = z.object({ title: z.string().max(20), guests: z.number().int().min(1).max(12), courses: z.array(z.enum(['soup', 'pasta', 'fruit'])).max(3), note: z.string().max(30).nullable() });
  const completion = await client.chat.completions.parse({ model, messages, seed: 3, max_tokens: 300, response_format: zodResponseFormat(Dinner, 'dinner') });
  assert.equal(completion.choices[0].finish_reason, 'stop');
  Dinner.parse(completion.choices[0].message.parsed);
});

await check('the stream helper assembles a tool call and parses its arguments', async () => {
  const tools = [zodFunction({ name: 'book', parameters: z.object({ place: z.string().max(20), people: z.number().int().min(1).max(9) }) })];
  const seen = [];
  const stream = client.chat.completions.stream({ model, messages, seed: 3, max_tokens: 300, tools, tool_choice: 'required', parallel_tool_calls: false })
    .on('tool_calls.function.arguments.delta', event => seen.push(event.arguments_delta));
  const { choices: [choice] } = await stream.finalChatCompletion();
  assert.equal(choice.finish_reason, 'tool_calls');
  assert.equal(choice.message.tool_calls[0].function.name, 'book');
  assert.equal(seen.join(''), choice.message.tool_calls[0].function.arguments);
  assert.ok(choice.message.tool_calls[0].function.parsed_arguments.people >= 1);
});

await check('answers of two hundred schemas at temperature 1 keep to them', async () => {
  const ajv = addFormats(new Ajv({ strict: false }));
  let state = 7;
  const random = n => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  const kinds = [
    () => ({ type: 'integer', minimum: -5, maximum: random(900) }), () => ({ type: 'number', exclusiveMinimum: 0, maximum: 9.5 }), () => ({ type: 'integer', multipleOf: 3, minimum: 0, maximum: 99 }),
    () => ({ type: 'string', minLength: 1, maxLength: 4 + random(6) }), () => ({ type: 'string', pattern: '^[a-f]{2,5}-\\d+$', maxLength: 12 }), () => ({ enum: ['a', 1, null, true] }), () => ({ const: { x: [1] } }),
    () => ({ type: ['boolean', 'null'] }), ...['date', 'time', 'date-time', 'uuid', 'email', 'ipv4', 'ipv6', 'hostname', 'duration'].map(format => () => ({ type: 'string', format })),
    () => ({ type: 'string', maxLength: 4, not: { enum: ['a', 'no'] } }), () => ({ type: 'integer', minimum: 0, maximum: 50, not: { anyOf: [{ multipleOf: 2 }, { const: 7 }] } }), () => ({ type: ['number', 'null'], not: { minimum: random(9) } }),
    () => ({ type: 'object', properties: { kind: { enum: ['cat', 'dog'] }, lives: { type: 'integer', minimum: 1, maximum: 9 }, trick: { enum: ['sit', 'roll'] } }, required: ['kind'], if: { properties: { kind: { const: 'cat' } } }, then: { required: ['lives'] }, else: { required: ['trick'] } }),
    () => ({ type: 'array', items: { type: 'integer', minimum: 0, maximum: 99 }, contains: { minimum: 50 }, minContains: 1 + random(2), maxContains: 2 + random(2), maxItems: 5 }),
    () => ({ type: 'array', items: { enum: ['a', 'b', 1, null, true] }, uniqueItems: true, minItems: 1 + random(3) }),
    () => ({ type: 'object', properties: { card: { type: 'integer', minimum: 0, maximum: 9 }, street: { enum: ['x', 'y'] } }, dependentRequired: { card: ['street'] } }),
    () => ({ type: 'object', properties: { a: { type: 'boolean' }, b: { type: 'integer', minimum: 0, maximum: 20 } }, dependentSchemas: { a: { properties: { b: { minimum: 9 } } } } }),
    () => ({ type: 'object', propertyNames: { pattern: '^[a-c]{1,2}$' }, additionalProperties: { type: 'boolean' }, minProperties: 1, maxProperties: 2 }),
    () => ({ type: 'object', patternProperties: { '^n_[a-d]$': { type: 'integer', minimum: 0, maximum: 9 } }, additionalProperties: false, maxProperties: 2 }),
    depth => ({ type: 'array', items: make(depth), minItems: random(2), maxItems: 3 }), depth => ({ type: 'array', prefixItems: [make(depth), make(depth)], items: false, minItems: 1 }),
    depth => ({ anyOf: [make(depth), { type: 'null' }] }), depth => ({ oneOf: [{ type: 'string', maxLength: 3 }, { type: 'array', items: make(depth), maxItems: 2 }] }), depth => object(depth),
    depth => ({ allOf: [object(depth), { type: 'object', properties: { z: { type: 'boolean' } } }] }),
  ];
  const make = depth => kinds[random(depth > 0 ? kinds.length : kinds.length - 6)](depth - 1);
  const object = depth => ({ type: 'object', properties: { a: make(depth), b: make(depth), c: make(depth) }, required: ['b'] });
  const schemas = [];
  for (let i = 0; i < 200; i++) {
    const schema = { ...object(2), additionalProperties: false, $defs: { n: { type: 'integer', minimum: i, maximum: i + 5 } } };
    schema.properties.n = { $ref: '#/$defs/n' };
    schemas.push(JSON.stringify(schema));
    const answer = await client.chat.completions.create({ model: i % 25 ? fast : model, messages, seed: i, max_tokens: 2000, response_format: { type: 'json_schema', json_schema: { name: 'made', schema } } });
    const { finish_reason, message } = answer.choices[0];
    assert.equal(finish_reason, 'stop', JSON.stringify(schema));
    assert.ok(ajv.validate(schema, JSON.parse(message.content)), `${ajv.errorsText()}: ${message.content} by ${JSON.stringify(schema)}`);
  }

  for (const keyword of ['type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames', 'minProperties', 'maxProperties', 'items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems',
    'contains', 'minContains', 'maxContains', 'minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'multipleOf', '$ref', '$defs', 'anyOf', 'oneOf', 'allOf', 'not', 'if', 'then', 'else', 'dependentRequired',
    'dependentSchemas']) assert.ok(schemas.filter(schema => schema.includes(`"${keyword}":`)).length >= 5, keyword);
});

await check('an agent calls its tool', async () => {
  setTracingDisabled(true);
  let called = null;
  const lookUp = tool({ name: 'look_up', description: 'Looks a dish up.', parameters: z.object({ dish: z.string().max(20) }), execute: async input => { called = input; return 'found'; } });
  const agent = new Agent({
    name: 'cook', instructions: 'Look the dish up.', tools: [lookUp], toolUseBehavior: 'stop_on_first_tool', model: new OpenAIChatCompletionsModel(client, model),
    modelSettings: { toolChoice: 'required', parallelToolCalls: false, maxTokens: 200 },
  });
  const result = await new Runner().run(agent, 'Soup, please.');
  assert.equal(result.finalOutput, 'found');
  assert.equal(typeof called.dish, 'string');
});

await check('an agent goes on from a response with what its tool has found', async () => {
  const lookUp = tool({ name: 'look_up', description: 'Looks a dish up.', parameters: z.object({ dish: z.string().max(20) }), execute: async () => 'found' });
  // the model may call the tool again and again: the second call ends it, so that the runner goes on from a response once whatever the model says
  let calls = 0;
  const toolUseBehavior = () => ({ isFinalOutput: ++calls > 1, isInterrupted: undefined, finalOutput: 'found twice' });
  const agent = new Agent({ name: 'cook', instructions: 'Look the dish up.', tools: [lookUp], toolUseBehavior, model: new OpenAIResponsesModel(client, model), modelSettings: { toolChoice: 'required', parallelToolCalls: false, maxTokens: 200 } });
  const result = await new Runner().run(agent, 'Soup, please.', { stream: true });
  const seen = [];
  for await (const event of result) if (event.type === 'run_item_stream_event') seen.push(event.name);
  await result.completed;
  assert.deepEqual(seen.slice(0, 2), ['tool_called', 'tool_output']);
  assert.ok(seen.length > 2, 'it went on');
  assert.match(result.lastResponseId, /^resp_/);
});
