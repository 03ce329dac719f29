// Opens the web console in headless Chromium, asks a question, watches the answer stream in, and keeps a screenshot.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const { PAGE_URL: url, SCREENSHOT: path, CHROMIUM: executablePath = '/usr/bin/chromium' } = process.env;
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
  const complaints = [];
  // a preview is gone when its video is done, perhaps just before the page asks for it
  page.on('console', message => { if (message.type() === 'error' && !message.location().url.includes('variant=preview')) complaints.push(message.text()); });
  page.on('pageerror', error => complaints.push(error.message));
  await page.goto(url);
  await page.waitForSelector('#health.good', { timeout: 30_000 });

  if (process.env.MODEL) await page.selectOption('#model', process.env.MODEL);
  await page.fill('#question', 'What is gravity?');
  await page.click('#send');
  await page.waitForFunction(() => document.querySelector('#messages .assistant')?.textContent.length > 0, null, { timeout: 30_000 });
  const early = (await page.textContent('#messages .assistant')).length;
  await page.waitForSelector('#messages .assistant:not(.streaming)', { timeout: 120_000 });
  const late = (await page.textContent('#messages .assistant')).length;
  assert.ok(late > early, `the answer grew while it streamed (${early} to ${late} characters)`);
  assert.equal(await page.locator('#messages .failed').count(), 0);
  assert.match(await page.textContent('#pace'), /first token after \d+ ms/);
  await page.waitForFunction(() => [...document.querySelectorAll('#usage div')].some(d => d.textContent.includes('requests') && !d.textContent.startsWith('requests0')), null, { timeout: 10_000 });

  // two videos: one that is made, one that waits behind it until it is cancelled
  if (process.env.VIDEO_MODEL) {
    const make = body => page.evaluate(async body => (await (await fetch('/console/v1/videos', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json()).id, { model: process.env.VIDEO_MODEL, ...body });
    await make({ prompt: 'a gallery of a large red circle', num_frames: 17, num_inference_steps: 12 });
    await page.waitForFunction(() => [...document.querySelectorAll('figure.completed')].some(f => f.textContent.includes('a gallery of') && f.querySelector('img')?.naturalWidth === 64), null, { timeout: 60_000 });
    const long = await make({ prompt: 'a long one', seconds: '12', num_inference_steps: 200 });
    await page.waitForFunction(() => [...document.querySelectorAll('figure.in_progress')].some(f => f.textContent.includes('a long one') && f.querySelector('progress').value > 0 && f.querySelector('img')), null, { timeout: 60_000 });
    if (path) await page.screenshot({ path });
    await page.evaluate(id => fetch(`/console/v1/videos/${id}/cancel`, { method: 'POST' }), long);
    await page.waitForFunction(() => [...document.querySelectorAll('figure.failed')].some(f => f.textContent.includes('The video was cancelled.')), null, { timeout: 60_000 });
  }

  if (path && !process.env.VIDEO_MODEL) await page.screenshot({ path });
  assert.deepEqual(complaints, []);
  console.log('ok the page answers');
} finally {
  await browser.close();
}
