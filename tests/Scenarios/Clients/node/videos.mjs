// Drives the video endpoints through the openai package as an application would; prints one line a check and exits 1 at the first that fails.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import OpenAI, { BadRequestError, NotFoundError, toFile } from 'openai';

const { BASE_URL: baseURL, API_KEY: apiKey, VIDEO_MODEL: model, PICTURE: picture } = process.env;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const prompt = 'a large green square moving right on a black background';
const quick = { model, num_inference_steps: 2 };
const check = async (name, run) => { await run(); console.log(`ok ${name}`); };
const over = async video => {
  for (let waited = 0; video.status === 'queued' || video.status === 'in_progress'; waited++) {
    assert.ok(waited < 600, 'the video is made within a minute');
    await new Promise(resolve => setTimeout(resolve, 100));
    const now = await client.videos.retrieve(video.id);
    assert.ok(now.progress >= video.progress, 'progress never falls');
    video = now;
  }
  assert.equal(video.status, 'completed', JSON.stringify(video.error));
  return video;
};
const bytes = async (id, query) => Buffer.from(await (await client.videos.downloadContent(id, query)).arrayBuffer());

let first;
await check('a video is created, followed and downloaded in all its variants', async () => {
  const created = await client.videos.create({ ...quick, prompt, seconds: '4', size: '64x64' });
  assert.equal(created.object, 'video');
  assert.deepEqual([created.seconds, created.size, created.model, created.prompt], ['4', '64x64', model, prompt]);
  first = await over(created);
  assert.equal((await bytes(first.id)).subarray(4, 8).toString(), 'ftyp');
  assert.equal((await bytes(first.id, { variant: 'thumbnail' })).subarray(8, 12).toString(), 'WEBP');
  assert.equal((await bytes(first.id, { variant: 'spritesheet' })).readUInt16BE(0), 0xffd8);
});

await check('a video begins with a picture that is sent as a file or as a data URL, also without a prompt', async () => {
  const file = await readFile(picture);
  const one = await client.videos.create({ ...quick, prompt: 'moving left', input_reference: await toFile(file, 'a.png', { type: 'image/png' }) });
  const two = await client.videos.create({ ...quick, prompt: '', input_reference: { image_url: `data:image/png;base64,${file.toString('base64')}` } });
  await over(one);
  await over(two);
});

await check('a video is remixed, edited and extended', async () => {
  const remixed = await over(await client.videos.remix(first.id, { prompt: 'a large blue square moving right on a black background' }));
  assert.equal(remixed.remixed_from_video_id, first.id);
  const edited = await over(await client.videos.edit({ video: { id: first.id }, prompt: 'a large red square moving right on a black background' }));
  assert.notEqual(edited.id, first.id);
  const extended = await over(await client.videos.extend({ video: { id: first.id }, prompt, seconds: '4' }));
  assert.equal(extended.seconds, '8');
  const uploaded = await over(await client.videos.extend({ video: await toFile(await bytes(first.id), 'clip.mp4', { type: 'video/mp4' }), prompt, seconds: '4' }));
  assert.equal(uploaded.seconds, '8');
});

await check('a form\'s nested fields and numbers as text are understood', async () => {
  const file = await readFile(picture);
  const video = await over(await client.videos.create({ ...quick, prompt: '', num_frames: 9, seed: 7, input_reference: { image_url: `data:image/png;base64,${file.toString('base64')}` } }));
  assert.deepEqual([video.num_frames, video.seed], [9, 7]);
});

await check('videos are listed page by page', async () => {
  const ids = [];
  for await (const video of client.videos.list({ limit: 2, order: 'asc' })) ids.push(video.id);
  assert.ok(ids.includes(first.id));
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, ids.length);
});

await check('what the model can\'t make is refused by name', async () => {
  await assert.rejects(client.videos.create({ model, prompt, seconds: '5' }), e => e instanceof BadRequestError && e.param === 'seconds' && /'4', '8', '12'/.test(e.message));
  await assert.rejects(client.videos.create({ model, prompt, size: '1280x720' }), e => e instanceof BadRequestError && e.param === 'size' && /64x64/.test(e.message));
  await assert.rejects(client.videos.retrieve('video_none'), NotFoundError);
});

await check('a deleted video is gone', async () => {
  const { deleted, id } = await client.videos.delete(first.id);
  assert.deepEqual([deleted, id], [true, first.id]);
  await assert.rejects(client.videos.retrieve(first.id), NotFoundError);
});
