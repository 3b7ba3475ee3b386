// The page that counterd shows to browsers, in Chromium against the real program.
'use strict';

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { chromium } = require('playwright-core');
const { Counterd } = require('./counterd.cjs');

const program = process.env.COUNTERD_TEST_PROGRAM;
const pictures = process.env.COUNTERD_TEST_PICTURES;  // a folder for screenshots; none: they are not kept
const axe = require.resolve('axe-core/axe.min.js');

const hostile = ['<script>window.hacked = 1</script>', '"><img src=x onerror=alert(1)>', 'a/b', 'a b', "it's", '%41', '.',
                 'שלום', '\u202egnp.exe', 'back\\slash', '{{7*7}}', 'x'.repeat(256), '日本語'.repeat(28)];

let folder;
let browser;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'counterd-page-'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', 
                                    args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'] });
});

after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

// A server with counters, and a page of it that must report no error.
async function open(t, { counters = {}, flags = [], host = 'localhost', hash = '', ...options } = {}) {
  const data = path.join(folder, String(Math.random()));
  if (Object.keys(counters).length > 0) await fill(data, counters);
  const counterd = await Counterd.start(program, data, ...flags);
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // What the browser itself writes of a status such as 401.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  page.setDefaultTimeout(20000);
  await page.goto(`http://${host}:${counterd.port}/${hash}`);
  t.after(async () => {
    await context.close();
    await counterd.stop();
    assert.deepStrictEqual(faults, []);
  });
  return { page, counterd };
}

async function fill(data, counters) {
  const counterd = await Counterd.start(program, data);
  const names = Object.keys(counters);
  for (let i = 0; i < names.length; i += 1000) {
    const ops = names.slice(i, i + 1000)
      .map((name) => `{"op":"set","name":${JSON.stringify(name)},"value":${counters[name]}}`);
    const { status } = await counterd.ask('POST', '/v1/batch', `{"ops":[${ops}]}`);
    assert.strictEqual(status, 200);
  }
  await counterd.stop();
}

const row = (page, name) => page.locator('tbody tr', { has: page.getByRole('link', { name, exact: true }) });
const value = (page, name) => row(page, name).locator('td').nth(1);

// `text`: all of it, or a pattern.
async function waitForText(locator, text) {
  const whole = text instanceof RegExp ? text : new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
  await locator.filter({ hasText: whole }).waitFor();
}

// axe-core is a script of another file, which the page's own policy refuses.
async function checkAccessible(page) {
  const source = fs.readFileSync(axe, 'utf8');
  const session = await page.context().newCDPSession(page);
  await session.send('Page.enable');
  const { frameTree } = await session.send('Page.getFrameTree');
  const world = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate',
      { expression, contextId: world.executionContextId, awaitPromise: true, returnByValue: true });
    assert.strictEqual(exceptionDetails, undefined);
    return result.value;
  };
  await evaluate(`${source}; 0`);
  const violations = await evaluate(`axe.run().then((result) => result.violations.map((each) =>
    each.id + ': ' + each.nodes.map((node) => node.html).join(' | ')))`);
  assert.deepStrictEqual(violations, []);
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

async function checkWidth(page) {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${content} px of content on ${screen} px`);
}

test('the list shows, filters and sorts counters, and their changes', async (t) => {
  const { page, counterd } = await open(t, { counters: { 'page/a': 3, 'page/b': 40, other: 5, greatest: '9223372036854775807' } });
  await waitForText(value(page, 'page/a'), '3');
  await waitForText(value(page, 'greatest'), '9,223,372,036,854,775,807');
  await counterd.ask('POST', '/v1/counters/page%2Fa?delta=1000');
  await waitForText(value(page, 'page/a'), '1,003');
  await row(page, 'page/a').locator('.up').waitFor();
  await counterd.ask('POST', '/v1/counters/new');
  await waitForText(value(page, 'new'), '1');
  await counterd.ask('DELETE', '/v1/counters/other');
  await row(page, 'other').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Value' }).click();
  const names = () => page.locator('td.name').allInnerTexts();
  assert.deepStrictEqual(await names(), ['greatest', 'page/a', 'page/b', 'new']);
  assert.strictEqual(await page.locator('th.value').getAttribute('aria-sort'), 'descending');
  await page.keyboard.press('/');
  await page.keyboard.type('page/');
  await row(page, 'new').waitFor({ state: 'detached' });
  assert.deepStrictEqual(await names(), ['page/a', 'page/b']);
  // The address leads back to the same list.
  await page.reload();
  await row(page, 'page/a').waitFor();
  assert.deepStrictEqual(await names(), ['page/a', 'page/b']);
  await page.getByRole('searchbox').fill('nothing');
  await page.getByText('No counter begins with nothing.').waitFor();
  await picture(page, 'empty');
  await checkAccessible(page);
});

test('a counter moves on its page, and is added to, set and deleted there', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 }, hash: '#/counter/visits' });
  const big = page.locator('.big');
  await waitForText(big, '7');
  await counterd.ask('POST', '/v1/counters/visits');
  await waitForText(big, '8');
  await page.getByRole('textbox', { name: 'Amount' }).fill('-3');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Added -3.').waitFor();
  await waitForText(big, '5');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.strictEqual(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('code').textContent());
  // Curl does the same as the button.
  const shell = page.locator('code');
  spawnSync('sh', ['-c', await shell.textContent()]);
  await waitForText(big, '2');
  await page.getByRole('textbox', { name: 'Amount' }).fill('3');
  spawnSync('sh', ['-c', await shell.textContent()]);
  await waitForText(big, '5');
  await page.getByRole('textbox', { name: 'Amount' }).fill('1e3');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('The amount must be a whole number that fits in 64 bits.').waitFor();
  assert.strictEqual(await page.locator('code').count(), 0);

  await page.getByRole('button', { name: 'Set…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set visits' });
  await checkAccessible(page);
  await dialog.getByLabel('Value').fill('9223372036854775807');
  await counterd.ask('POST', '/v1/counters/visits');  // somebody is faster
  await waitForText(big, '6');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await dialog.getByText('It has changed since you opened this.').waitFor();
  await waitForText(big, '6');
  await dialog.getByRole('button', { name: 'Set anyway' }).click();
  await dialog.waitFor({ state: 'detached' });
  await waitForText(big, '9,223,372,036,854,775,807');
  await page.getByRole('textbox', { name: 'Amount' }).fill('1');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.locator('.note.error').waitFor();
  await waitForText(big, '9,223,372,036,854,775,807');

  await page.getByRole('button', { name: 'Delete…' }).click();
  const deletion = page.getByRole('dialog', { name: 'Delete visits' });
  const confirm = deletion.getByRole('button', { name: 'Delete' });
  assert.ok(await confirm.isDisabled());
  await checkAccessible(page);
  await deletion.getByLabel('Type the name').fill('visit');
  assert.ok(await confirm.isDisabled());
  await deletion.getByLabel('Type the name').fill('visits');
  await confirm.click();
  await page.getByText('There is no such counter.').waitFor();
  assert.strictEqual((await counterd.ask('GET', '/v1/counters/visits')).status, 404);
  await page.getByRole('button', { name: 'Add' }).click();
  await waitForText(big, '1');
});

// The share of the chart's width that has a line.
const lineOf = (page) => page.evaluate(() => {
  const { width, height } = document.querySelector('canvas');
  const { data } = document.querySelector('canvas').getContext('2d').getImageData(0, 0, width, height);
  const [red, green, blue] = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()
    .match(/[0-9a-f]{2}/gi).map((digits) => parseInt(digits, 16));
  const columns = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] > 200) columns.add((i / 4) % width);
  return columns.size / width;
});

async function waitForLine(page, isEnough) {
  let seen = await lineOf(page);
  for (let rest = 150; rest > 0 && !isEnough(seen); --rest) {
    await page.waitForTimeout(100);
    seen = await lineOf(page);
  }
  assert.ok(isEnough(seen), `a line of ${seen} of the width`);
  return seen;
}

test('the chart shows what is known, also while the counter rests or the server is away', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 }, hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '7');
  const rested = await waitForLine(page, (share) => share >= 0.1);  // half a minute is the whole of it
  assert.ok(rested < 0.5);
  await counterd.stop();
  await page.locator('.big.stale').waitFor();
  await checkAccessible(page);
  const known = await waitForLine(page, (share) => share >= rested);
  await page.waitForTimeout(3000);
  assert.ok(Math.abs(await lineOf(page) - known) < 0.05);  // it stays, and does not go on
  await counterd.run();
  await page.locator('.big:not(.stale)').waitFor();
  await waitForLine(page, (share) => share >= known + 0.03);
});

test('an addition whose response is lost is sent again with its key, and counts once', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 0 }, hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '0');
  let lost = 0;
  await page.route('**/v1/counters/visits', async (route) => {
    if (route.request().method() === 'POST' && ++lost <= 3) {
      await route.fetch();  // the server carries it out
      await route.abort('connectionreset');
    } else {
      await route.continue();
    }
  });
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Added 1.').waitFor();
  assert.strictEqual(lost, 4);
  assert.strictEqual(JSON.parse((await counterd.ask('GET', '/v1/counters/visits')).body).value, 1);
});

test('a new counter is created, unless there is one', async (t) => {
  const { page, counterd } = await open(t);
  await page.getByText('There is no counter yet.').waitFor();
  await page.getByRole('button', { name: 'New counter' }).click();
  const dialog = page.getByRole('dialog', { name: 'New counter' });
  await dialog.getByLabel('Name').fill('a/ü');
  await dialog.getByLabel('Value').fill('12');
  await page.keyboard.press('Enter');
  await waitForText(page.locator('.big'), '12');
  assert.strictEqual((await counterd.ask('GET', '/get?name=a/%C3%BC')).body, 'a/ü: 12\n');
  await page.getByRole('link', { name: 'Counters', exact: true }).click();
  await page.getByRole('button', { name: 'New counter' }).click();
  await dialog.getByLabel('Name').fill('a/ü');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('There is a counter a/ü already.').waitFor();
  assert.strictEqual((await counterd.ask('GET', '/get?name=a/%C3%BC')).body, 'a/ü: 12\n');
});

test('a server that is killed and comes back is told, and so are its counters', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 } });
  await waitForText(value(page, 'visits'), '7');
  await page.getByText('live', { exact: true }).waitFor();
  counterd.process.kill('SIGKILL');
  await page.getByText('the server does not respond; trying again').waitFor();
  await waitForText(value(page, 'visits'), '7');  // dimmed, and not blank
  await counterd.run();
  await counterd.ask('POST', '/v1/counters/visits');
  await waitForText(value(page, 'visits'), '8');
  await page.getByText('live', { exact: true }).waitFor();
});

test('a read-only server offers no change', async (t) => {
  const { page } = await open(t, { counters: { visits: 7 }, flags: ['--read-only'], hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '7');
  await page.getByText('read-only', { exact: true }).waitFor();
  assert.deepStrictEqual(await page.getByRole('button').allTextContents(), ['Copy']);
  await page.goto(page.url().replace(/#.*/, '#/'));
  await waitForText(value(page, 'visits'), '7');
  assert.strictEqual(await page.getByRole('button', { name: 'New counter' }).count(), 0);
});

test('a server with tokens asks for one, keeps it in memory, and tells what it lacks', async (t) => {
  const file = path.join(folder, 'tokens');
  const command = (...words) => spawnSync(program, ['token', ...words, '--tokens', file], { encoding: 'utf8' });
  const issue = (name, ...flags) => /ctr_\S+/.exec(Object.values(command('create', '--name', name, ...flags)).join(' '))[0];
  const all = issue('all', '--scopes', 'all');
  const reader = issue('reader', '--scopes', 'read', '--prefix', 'shop/');
  const { page, counterd } = await open(t, { counters: { 'shop/a': 7 }, flags: ['--tokens', file] });
  const field = page.getByLabel('Token');
  await checkAccessible(page);
  await field.fill('nonsense');
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('This is no token of a counterd: copy all of it, from ctr_ on.').waitFor();
  await field.fill('“ctr_nonsense”');
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('A token has only letters, digits and _').waitFor();
  await field.fill('ctr_nonsense');
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('copy all 42 characters').waitFor();  // as the server says
  await field.fill(reader);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.locator('.note.error').waitFor();  // it may not list
  await page.goto(page.url().replace(/#.*|$/, '#/counter/shop%2Fa'));
  await waitForText(page.locator('.big'), '7');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.locator('.note.error').waitFor();
  await waitForText(page.locator('.big'), '7');
  await page.reload();
  await field.fill(all);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('button', { name: 'Add' }).click();
  await waitForText(page.locator('.big'), '8');
  spawnSync('sh', ['-c', await page.locator('code').textContent()], { env: { ...process.env, COUNTERD_TOKEN: all } });
  await waitForText(page.locator('.big'), '9');
  for (const secrets of [all, reader]) {
    assert.ok(!page.url().includes(secrets));
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    assert.ok(!kept.includes(secrets));
  }
  // A void token ends the stream, and the page asks again.
  assert.strictEqual(command('revoke', 'all').status, 0);
  counterd.process.kill('SIGHUP');
  await page.getByText('Token required').waitFor();
});

// Over plain HTTP, Chromium does not say that a request comes from the same site.
test('the page works at any address of the server', async (t) => {
  for (const host of ['[::ffff:127.0.0.1]', 'counters.example']) {
    const flags = ['--allow-host', 'counters.example'];
    const { page, counterd } = await open(t, { counters: { visits: 7 }, flags, host });
    await waitForText(value(page, 'visits'), '7');
    await counterd.ask('POST', '/v1/counters/visits');
    await waitForText(value(page, 'visits'), '8');
    await page.getByRole('link', { name: 'visits' }).click();
    await page.getByRole('button', { name: 'Add' }).click();
    await waitForText(page.locator('.big'), '9');
  }
});

test('any name is text, in the list and on its page', async (t) => {
  const { page } = await open(t, { counters: Object.fromEntries(hostile.map((name, i) => [name, i + 10])) });
  await row(page, 'a/b').waitFor();
  assert.deepStrictEqual((await page.locator('td.name').allTextContents()).sort(), [...hostile].sort());
  await checkWidth(page);
  for (const name of hostile) {
    if (name === '.') continue;  // no path can have it
    await page.evaluate((hash) => { location.hash = hash; }, `#/counter/${encodeURIComponent(name)}`);
    await waitForText(page.locator('.big'), String(hostile.indexOf(name) + 10));
    assert.strictEqual(await page.locator('h1').textContent(), name);
    await checkWidth(page);
    assert.strictEqual(spawnSync('sh', ['-c', `${await page.locator('code').textContent()} -sSf`]).status, 0);
    await waitForText(page.locator('.big'), String(hostile.indexOf(name) + 11));
  }
  assert.strictEqual(await page.evaluate(() => window.hacked), undefined);
});

test('a phone shows all of it, dark if its user likes that', async (t) => {
  const counters = { visits: 7, greatest: '-9223372036854775808', ...Object.fromEntries(hostile.map((name) => [name, 1])) };
  const { page } = await open(t, { counters, viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await row(page, 'visits').waitFor();
  await checkWidth(page);
  await checkAccessible(page);
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.strictEqual(dark, 'rgb(16, 18, 21)');
  for (const view of ['#/counter/greatest', '#/server']) {
    await page.evaluate((hash) => { location.hash = hash; }, view);
    await page.locator('h1').waitFor();
    await page.locator('.big, .card').first().waitFor();
    await checkWidth(page);
    await checkAccessible(page);
  }
});

test('the keyboard reaches everything, and axe-core finds nothing wrong', async (t) => {
  const { page } = await open(t, { counters: { visits: 7 } });
  await row(page, 'visits').waitFor();
  await checkAccessible(page);
  await page.keyboard.press('/');
  await page.keyboard.press('Tab');  // New counter
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await checkAccessible(page);
  await page.keyboard.type('new');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.strictEqual(await page.evaluate(() => document.activeElement.textContent), 'New counter');
  for (const wanted of ['Name ↑', 'Value', 'Per second', 'visits']) {
    await page.keyboard.press('Tab');
    assert.strictEqual(await page.evaluate(() => document.activeElement.textContent), wanted);
  }
  await page.keyboard.press('Enter');
  await waitForText(page.locator('.big'), '7');
  await checkAccessible(page);
  await page.getByRole('button', { name: 'Set…' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.matches('dialog input'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('21');
  await page.keyboard.press('Enter');
  await waitForText(page.locator('.big'), '21');
});

test('a long list is loaded as it is scrolled, and only what is seen is there', async (t) => {
  const counters = {};
  for (let i = 0; i < 2500; ++i) counters[`counter-${String(i).padStart(5, '0')}`] = i;
  const { page, counterd } = await open(t, { counters });
  await row(page, 'counter-00000').waitFor();
  await page.getByText('100 counters so far.').waitFor();
  for (let loaded = 200; loaded <= 2500; loaded += 100) {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.getByText(new RegExp(`^${loaded.toLocaleString('en')} counters`)).waitFor();
  }
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await waitForText(value(page, 'counter-02499'), '2,499');
  assert.ok(await page.locator('tbody tr').count() < 100);
  // What is seen is followed, also at the end of the list.
  await counterd.ask('POST', '/v1/counters/counter-02499');
  await waitForText(value(page, 'counter-02499'), '2,500');
  const { body } = await counterd.ask('GET', '/metrics');
  assert.match(body, /\ncounterd_streams 1\n/);
});

test('the greatest values are shown also of counters that are not loaded', async (t) => {
  const counters = {};
  for (let i = 0; i < 2500; ++i) counters[`counter-${String(i).padStart(5, '0')}`] = i;
  const { page, counterd } = await open(t, { counters });
  await page.getByText('100 counters so far.').waitFor();
  await page.getByRole('button', { name: 'Value' }).click();
  await page.getByText('The greatest 1,000 of 2,500 counters').waitFor();
  const first = page.locator('tbody tr').first();
  await waitForText(first.locator('td').first(), 'counter-02499');
  await counterd.ask('PUT', '/v1/counters/counter-00007?value=1000000');
  await waitForText(first.locator('td').first(), 'counter-00007');
  await waitForText(first.locator('td').nth(1), '1,000,000');
  await page.getByRole('searchbox').fill('counter-0000');
  await waitForText(page.locator('tbody tr').nth(1).locator('td').first(), 'counter-00009');
  await page.getByText('10 counters.').waitFor();
  await page.getByRole('button', { name: 'Name' }).click();
  await waitForText(first.locator('td').first(), 'counter-00000');
  // Without an answer, the list stays.
  await page.getByRole('searchbox').fill('');
  await page.getByText('100 counters so far.').waitFor();
  await page.route('**/v1/top?*', (route) => route.fulfill(
    { status: 403, contentType: 'application/problem+json', body: '{"code":"forbidden","detail":"not you"}' }));
  await page.getByRole('button', { name: 'Value' }).click();
  await page.getByText('not you').waitFor();
  await waitForText(first.locator('td').first(), 'counter-00007');
  await page.getByRole('button', { name: 'Name' }).click();
  await page.getByText('not you').waitFor({ state: 'detached' });
  await waitForText(first.locator('td').first(), 'counter-00000');
});

test('rates of the greatest values are those between two answers', async (t) => {
  const { page } = await open(t);
  const rates = await page.evaluate(async () => {
    const { Greatest } = await import('/ui/greatest.js');
    const greatest = new Greatest({}, '', () => {});
    const shown = [];
    for (const [seconds, value] of [[0, 100n], [5, 150n], [15, 250n], [45, 250n], [59, 0n], [65, 250n], [70, 300n]]) {
      const { ends } = greatest;
      if (seconds === 59) greatest.forget();  // while that answer is on its way
      greatest.take([{ name: 'a', value }, { name: `new-${seconds}`, value: 1n }], seconds * 1000, ends);
      shown.push(greatest.rows.map((row) => [row.rate, row.history.length]));
    }
    return shown;
  });
  assert.deepStrictEqual(rates, [[[0, 1], [0, 1]], [[10, 2], [0, 1]], [[10, 3], [0, 1]], [[0, 2], [0, 1]],
                                 [[0, 1], [0, 1]], [[0, 1], [0, 1]], [[10, 2], [0, 1]]]);
});

// Everything that a stream and pages tell comes late, and the table must end up as the server is.
test('a table has what the server has, whatever changes while it loads', async (t) => {
  const { page } = await open(t);
  const faults = await page.evaluate(async () => {
    const { Table } = await import('/ui/table.js');
    const { compareNames } = await import('/ui/names.js');
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (count) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % count;
    };
    const found = [];
    for (let round = 0; round < 300; ++round) {
      const server = new Map();
      const names = Array.from({ length: 5 + random(60) }, (_, i) => ['a', '\u{ffee}', '\u{1f600}'][i % 3] + i);
      const beginMax = 5 + random(40);
      let version = 0;
      const sorted = () => [...server.values()].sort((a, b) => compareNames(a.name, b.name));
      const change = (tell) => {
        const name = names[random(names.length)];
        if (random(4) === 0) {
          if (server.delete(name)) tell((table) => table.remove(name));
        } else {
          const now = { name, value: random(100), version: ++version };
          server.set(name, now);
          tell((table) => table.put(now));
        }
      };
      const table = new Table();
      let stream = [];
      let page = null;
      const connect = () => {
        const all = sorted();
        stream = [(to) => to.begin(), ...all.slice(0, beginMax).map((one) => (to) => to.put(one)),
                  (to) => to.ready(all.length > beginMax)];
      };
      const ask = () => {
        table.startLoading();
        const after = table.cursor;
        page = () => {
          const rest = sorted().filter((one) => after === '' || compareNames(one.name, after) > 0);
          const counters = rest.slice(0, 4);
          return { counters, next_cursor: rest.length > 4 ? counters.at(-1).name : null };
        };
      };
      for (let i = 0; i < 20; ++i) change(() => {});
      connect();
      for (let step = 0; step < 200; ++step) {
        const what = random(20);
        if (what < 6) change((event) => stream.push(event));
        else if (what < 14) stream.shift()?.(table);
        else if (what < 16 && !page && table.cursor !== null) ask();
        else if (what < 18 && page) {
          if (typeof page === 'function') page = page();  // the server looks, and its answer is on its way
          else { table.append(page); page = null; }
        } else if (what === 18 && random(10) === 0) {
          // Restarted from a backup: what was told is void, and versions are lower.
          for (const one of server.values()) server.set(one.name, { ...one, value: 1, version: one.version / 2 });
          if (page) { table.stopLoading(); page = null; }
          connect();
        } else if (what === 19) table.tick();
      }
      for (const event of stream) event(table);
      if (page) table.append(typeof page === 'function' ? page() : page);
      for (let i = 0; i < 5; ++i) table.tick();
      const shown = JSON.stringify(table.sorted('name').map((one) => [one.name, one.value]));
      const there = JSON.stringify(sorted().filter((one) => table.covers(one.name)).map((one) => [one.name, one.value]));
      if (shown !== there) found.push(`seed ${seed}, round ${round}: ${shown} is shown, ${there} is there`);
    }
    return found.slice(0, 1);
  });
  assert.deepStrictEqual(faults, []);
});

test('a list that is loaded stays as the server has it, also behind its first page', async (t) => {
  const name = (i) => `c${String(i).padStart(4, '0')}`;
  const counters = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [name(i), i]));
  const { page, counterd } = await open(t, { counters });
  await page.getByText('300 counters.').waitFor();
  await counterd.ask('PUT', '/v1/counters/c0098x?value=1');
  await counterd.ask('POST', '/v1/counters/zz');
  for (let i = 100; i < 160; ++i) await counterd.ask('DELETE', `/v1/counters/${name(i)}`);
  await counterd.ask('PUT', `/v1/counters/${name(250)}?value=999999`);
  await page.getByText('242 counters.').waitFor();
  await page.getByRole('button', { name: 'Value' }).click();
  assert.strictEqual((await page.locator('td.name').allInnerTexts())[0], name(250));
});

test('a server that comes back with a backup is shown as it is', async (t) => {
  const { page, counterd } = await open(t, { counters: { a: 1, b: 1 } });
  await counterd.ask('POST', '/v1/admin/backup?name=b');
  await counterd.ask('PUT', '/v1/counters/a?value=2');
  await waitForText(value(page, 'a'), '2');
  await counterd.stop();
  fs.renameSync(path.join(counterd.data, 'backups', 'b'), `${counterd.data}-b`);
  fs.rmSync(counterd.data, { recursive: true });
  fs.renameSync(`${counterd.data}-b`, counterd.data);
  await counterd.run();
  await waitForText(value(page, 'a'), '1');
});

test('who cancels a change ends it', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 }, hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '7');
  await counterd.stop();
  await page.getByRole('button', { name: 'Set…' }).click();
  await page.getByLabel('Value').fill('666');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('the server does not respond; trying again').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Cancelled: it may have been set, or not.').waitFor();
  await counterd.run();
  await page.getByText('live', { exact: true }).waitFor();
  await page.waitForTimeout(2000);  // it would have been sent again by now
  assert.strictEqual((await counterd.ask('GET', '/get?name=visits')).body, 'visits: 7\n');
});

test('a change whose responses are all lost can be sent again, and is made once', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 }, hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '7');
  let isLost = true;
  await page.route('**/v1/counters/visits', async (route) => {
    if (!isLost) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  const dialog = page.getByRole('dialog');
  for (const [open, action] of [['Set…', 'Set'], ['Delete…', 'Delete']]) {
    await page.getByRole('button', { name: open }).click();
    if (action === 'Set') await dialog.getByLabel('Value').fill('20');
    else await dialog.getByLabel('Type the name').fill('visits');
    isLost = true;
    await dialog.getByRole('button', { name: action }).click();
    await dialog.getByText('Press again: it is done once.').waitFor();
    isLost = false;
    await dialog.getByRole('button', { name: action }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await page.getByText('There is no such counter.').waitFor();
  assert.strictEqual((await counterd.ask('GET', '/get?name=visits')).status, 404);
});

test('a proxy that says with a date when to come back is not flooded', async (t) => {
  const { page } = await open(t, { counters: { visits: 7 }, hash: '#/counter/visits' });
  await waitForText(page.locator('.big'), '7');
  let requests = 0;
  await page.route('**/v1/counters/visits', (route) => {
    ++requests;
    return route.fulfill({ status: 503, headers: { 'Retry-After': 'Wed, 21 Oct 2015 07:28:00 GMT' } });
  });
  await page.getByRole('button', { name: 'Add' }).click();
  await page.locator('.note.error').waitFor();
  assert.ok(requests < 30, `${requests} requests`);
});

test('a tab that nobody sees follows nothing, or not for long', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 } });
  await page.getByText('live', { exact: true }).waitFor();
  const hidden = await page.context().newPage();
  await hidden.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => window.isHidden ?? true }));
  await hidden.goto(page.url());
  await row(hidden, 'visits').waitFor();
  const streams = async () => /\ncounterd_streams (\d+)\n/.exec((await counterd.ask('GET', '/metrics')).body)[1];
  assert.strictEqual(await streams(), '1');
  const hide = (isHidden) => hidden.evaluate((value) => {
    window.isHidden = value;
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
  await hide(false);
  await hidden.getByText('live', { exact: true }).waitFor();
  assert.strictEqual(await streams(), '2');
  await hide(true);
  for (let rest = 200; rest > 0 && await streams() !== '1'; --rest) await page.waitForTimeout(100);
  assert.strictEqual(await streams(), '1');
  await counterd.ask('POST', '/v1/counters/visits');
  await hide(false);
  await waitForText(value(hidden, 'visits'), '8');
});

test('a page without the right to read says so, and invents no value', async (t) => {
  const file = path.join(folder, 'writers');
  const made = spawnSync(program, ['token', 'create', '--name', 'w', '--scopes', 'write', '--tokens', file],
                         { encoding: 'utf8' });
  const { page } = await open(t, { counters: { visits: 7 }, flags: ['--tokens', file], hash: '#/counter/visits' });
  const field = page.getByLabel('Token');
  await field.fill('“quoted”');
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('A token has only letters').waitFor();
  await field.fill(/ctr_\S+/.exec(Object.values(made).join(' '))[0]);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.locator('.note.error').waitFor();
  await page.getByRole('button', { name: 'Set…' }).click();
  await page.getByText('Its value is not known.').waitFor();
  await page.getByLabel('Value').fill('8');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('Set to 8.').waitFor();
});

test('a server that becomes read-only, or has no room for a stream, is shown so', async (t) => {
  const config = path.join(folder, 'config.toml');
  fs.writeFileSync(config, 'max-streams = 1\n');
  const { page, counterd } = await open(t, { counters: { visits: 7 }, flags: ['--config', config], hash: '#/counter/visits' });
  await page.getByText('live', { exact: true }).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByText('too many streams').waitFor();
  await waitForText(other.locator('.big'), '7');
  await counterd.ask('POST', '/v1/counters/visits');
  await waitForText(other.locator('.big'), '8');
  fs.appendFileSync(config, 'read-only = true\n');
  counterd.process.kill('SIGHUP');
  await other.getByText('read-only', { exact: true }).waitFor();
  assert.deepStrictEqual(await other.getByRole('button').allTextContents(), ['Copy']);
});

test('the server is described in numbers', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 }, hash: '#/server' });
  const card = (label) => page.locator('.card', { hasText: label }).locator('dd').first();
  await waitForText(card('Counters'), '1');
  await counterd.ask('POST', '/v1/counters/another');
  await waitForText(card('Counters'), '2');
  await page.getByText('always').waitFor();
  for (const label of ['Requests per second', 'Processor', 'Commit, 99th percentile'])
    await waitForText(card(label), /^[\d.]+( %| .?s)?$/);
  await picture(page, 'server');
  // What happens while nobody looks, or before the server is started again, is no rate of now.
  const hide = (isHidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { get: () => value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
  for (const away of [async () => { await hide(true); await hide(false); },
                      () => counterd.restart()]) {
    await away();
    await waitForText(card('Requests per second'), '–');
    await waitForText(card('Requests per second'), /^[\d.]+$/);
  }
});

test('a client that is no browser gets the text, and a server without a page gives it to everybody', async (t) => {
  const { page, counterd } = await open(t, { counters: { visits: 7 } });
  const text = await counterd.ask('GET', '/');
  assert.match(text.body, /^counterd counts/);
  assert.strictEqual((await page.request.get(`http://localhost:${counterd.port}/ui/nothing.js`)).status(), 404);
  const closed = await open(t, { flags: ['--no-ui'] });
  assert.match(await closed.page.locator('body').innerText(), /^counterd counts/);
  assert.strictEqual((await closed.page.request.get(`http://localhost:${closed.counterd.port}/ui/app.js`)).status(), 404);
});
