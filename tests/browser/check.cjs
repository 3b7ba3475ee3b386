// Shows pages of other origins to Chromium. counterd must change nothing for them and tell them nothing;
// users and the pages of allowed origins must notice nothing of that.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { attacks } = require('./attacks.cjs');
const { Counterd } = require('./counterd.cjs');

const program = process.argv[2];

const targets = ['/inc?name=x', '/set?name=x&val=9', '/get?name=x', '/v1/counters/x', '/v1/counters',
                 '/v1/batch', '/badge/x.svg', '/hit/x.svg', '/hit/x.json', '/v1/counters/x/events', '/v1/events?names=x', '/v1/admin/backup?name=b'];

let checks = 0;
let faults = 0;
function check(what, is_good, found) {
  ++checks;
  if (is_good) return;
  ++faults;
  console.log(`WRONG: ${what}: ${found}`);
}

// Any page of the other sites.
function serve() {
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>a page</title><body></body>');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function attack(browser, counterd, origin, host = '127.0.0.1') {
  const before = await counterd.state();
  for (const target of targets) {
    const page = await browser.newPage();
    await page.goto(origin);
    const url = `http://${host}:${counterd.port}${target}`;
    await Promise.all(attacks.map(async ({ name, run }) => {
      const read = await run(page, url);
      check(`${name} of ${host}${target} by ${origin} reads nothing`, read === undefined, read);
    }));
    await page.close();
    const after = await counterd.state();
    check(`${origin} changes nothing by ${host}${target}`, after === before, after);
  }
  const backup = path.join(counterd.data, 'backups', 'b');
  check(`${origin} makes no backup`, !fs.existsSync(backup), 'there is one');
}

// The page was loaded while its name was the attacker's machine, and the name is this machine's now.
async function attack_rebound(browser, counterd) {
  const before = await counterd.state();
  const origin = `http://rebound.example:${counterd.port}`;
  const page = await browser.newPage();
  await page.route(`${origin}/`, (route) => route.fulfill({
    contentType: 'text/html', body: '<!doctype html><body></body>',
  }));
  await page.goto(`${origin}/`);
  for (const target of targets)
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const status = await page.evaluate(
        ([url, verb]) => fetch(url, { method: verb }).then((response) => response.status),
        [target, method]);
      check(`${method} ${target} of a rebound page`, status === 421, status);
    }
  const after = await counterd.state();
  check('a rebound page changes nothing', after === before, after);
  await page.close();
}

async function use(browser, counterd) {
  const page = await browser.newPage();
  const typed = await page.goto(`http://localhost:${counterd.port}/inc?name=typed`);
  check('an address that a user types counts', (await typed.text()) === 'ok\n', typed.status());
  const again = await page.reload();
  check('and counts again when he reloads it', (await again.text()) === 'ok\n', again.status());
  const value = await counterd.ask('GET', '/get?name=typed');
  check('exactly twice', value.body === 'typed: 2\n', value.body);
  await page.close();
}

async function use_allowed(browser, counterd, origin) {
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async (base) => {
    const added = await fetch(`${base}/v1/counters/shop`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' },
      body: '{"delta":5}',
    });
    const read = await fetch(`${base}/v1/counters/shop`);
    const put = await fetch(`${base}/v1/counters/shop?value=1`, {
      method: 'PUT', headers: { 'If-Match': read.headers.get('ETag') },
    });
    const plain = await fetch(`${base}/inc?name=shop`);
    return [added.status, (await read.json()).value, put.status, await plain.text()];
  }, `http://127.0.0.1:${counterd.port}`);
  check('a page of an allowed origin uses everything',
        JSON.stringify(found) === '[201,5,200,"ok\\n"]', JSON.stringify(found));
  await page.close();
}

// A page of another site shows what is published, counts its reader, and reaches nothing else.
async function use_published(browser, counterd, origin) {
  await counterd.ask('GET', '/set?name=blog/a&val=5');
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async (base) => {
    const height = (url) => new Promise((resolve) => {
      const element = new Image();
      element.onload = () => resolve(element.naturalHeight);
      element.onerror = () => resolve('no image');
      element.src = url;
    });
    const message = async (url) => (await (await fetch(url)).json()).message;
    const shown = [await height(`${base}/badge/blog%2Fa.svg`), await height(`${base}/hit/blog%2Fa.svg`),
                   await height(`${base}/hit/blog%2Fa.gif`), await message(`${base}/hit/blog%2Fa.json`),
                   await height(`${base}/badge/blog%2Fnone.svg`)];
    navigator.sendBeacon(`${base}/hit/blog%2Fa.gif`);
    return shown;
  }, `http://127.0.0.1:${counterd.port}`);
  check(`${origin} shows what is published`, JSON.stringify(found) === '[20,20,1,"8",20]', JSON.stringify(found));
  for (let i = 0; i < 100 && (await counterd.ask('GET', '/get?name=blog/a')).body !== 'blog/a: 9\n'; ++i)
    await page.waitForTimeout(50);
  const value = (await counterd.ask('GET', '/get?name=blog/a')).body;
  check(`${origin} counts hits`, value === 'blog/a: 9\n', value);
  await page.close();
}

// The browser comes back by itself when the server does, and says what it has.
async function use_events(browser, counterd, page_url) {
  const page = await browser.newPage();
  await page.route(page_url, (route) => route.fulfill({
    contentType: 'text/html', body: '<!doctype html><body></body>',
  }));
  await page.goto(page_url);
  await page.evaluate((url) => {
    window.told = [];
    window.source = new EventSource(url);
    window.source.onmessage = (event) => window.told.push(JSON.parse(event.data).value);
    window.source.addEventListener('gone', () => window.told.push('gone'));
  }, `http://localhost:${counterd.port}/v1/counters/live/events`);
  const expect = async (expected) => {
    const text = JSON.stringify(expected);
    await page.waitForFunction((wanted) => JSON.stringify(window.told) === wanted, text, { timeout: 20000 })
      .catch(() => {});
    const told = JSON.stringify(await page.evaluate(() => window.told));
    check(`a page at ${page_url} is told ${text}`, told === text, told);
  };
  await counterd.ask('DELETE', '/v1/counters/live');
  await expect(['gone']);
  await counterd.ask('POST', '/v1/counters/live');
  await expect(['gone', 1]);
  await counterd.restart();
  await counterd.ask('POST', '/v1/counters/live');
  await expect(['gone', 1, 2]);
  await page.close();
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'counterd-browser-'));
  const site = await serve();
  const { port } = site.address();
  const origins = [`http://evil.example:${port}`, `http://127.0.0.1:${port}`,
                   `http://localhost:${port}`];
  const allowed = `http://app.example:${port}`;
  const closed = await Counterd.start(program, path.join(folder, 'closed'));
  const open = await Counterd.start(program, path.join(folder, 'open'), '--allow-origin', allowed);
  const published = await Counterd.start(program, path.join(folder, 'published'),
                                         '--public-hit', 'blog/', '--hit-interval', '0');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks',
           '--host-resolver-rules=MAP *.example 127.0.0.1'],
  });
  try {
    for (const counterd of [closed, open, published]) await counterd.ask('GET', '/set?name=x&val=7');
    for (const origin of origins) await attack(browser, closed, origin);
    // To this one, browsers do not say where a GET comes from.
    await attack(browser, closed, origins[0], '[::ffff:127.0.0.1]');
    await attack_rebound(browser, closed);
    await use(browser, closed);
    await use_events(browser, closed, `http://localhost:${closed.port}/`);
    for (const origin of origins) await use_published(browser, published, origin);
    await attack(browser, published, origins[0]);
    await attack(browser, open, origins[0]);
    await use_allowed(browser, open, allowed);
    await use_events(browser, open, `${allowed}/`);
  } finally {
    await browser.close();
    await Promise.all([closed, open, published].map((counterd) => counterd.stop()));
    site.close();
    fs.rmSync(folder, { recursive: true });
  }
  console.log(`Chromium: ${checks} checks, ${faults} wrong`);
  process.exitCode = faults > 0 || checks < 500 ? 1 : 0;
}

main();
