// Makes the pictures of the page in docs/page: a server that counts for half a minute, as four screens.
//   NODE_PATH=build/npm-browser/node_modules node tests/browser/pictures.cjs build/release/counterd docs/page
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { Counterd } = require('./counterd.cjs');

const [program, target] = process.argv.slice(2);

// Counters, with what they begin at and how many come in a second.
const counters = [['downloads/linux', 184_211, 21], ['downloads/mac', 60_902, 7], ['downloads/windows', 97_544, 11],
                  ['likes/post-17', 3_518, 2], ['likes/post-18', 911, 4], ['orders', 12_044, 1],
                  ['pages/home', 1_204_377, 240], ['pages/imprint', 4_120, 0], ['pages/pricing', 88_310, 35],
                  ['sensors/door', 402, 0], ['sensors/mill', -17, -3], ['votes/blue', 50_131, 60],
                  ['votes/green', 49_870, 66]];

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const pathOf = (name) => `/v1/counters/${encodeURIComponent(name)}`;

// Adds what has come, with a wave in it.
async function count(counterd, isDone) {
  for (let tick = 0; !isDone(); ++tick) {
    const wave = 1 + 0.7 * Math.sin(tick / 12);
    const ops = counters.map(([name, , rate]) => ({ op: 'add', name, delta: Math.round(rate * wave * Math.random() / 2) }))
      .filter(({ delta }) => delta !== 0);
    await counterd.ask('POST', '/v1/batch', JSON.stringify({ ops }));
    for (let i = 0; i < 40; ++i) counterd.ask('GET', '/get?name=orders').catch(() => {});
    await sleep(250);
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'counterd-pictures-'));
  const counterd = await Counterd.start(program, folder);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  let isDone = false;
  try {
    for (const [name, value] of counters) await counterd.ask('PUT', `${pathOf(name)}?value=${value}`);
    await counterd.ask('POST', `${pathOf('pages/imprint')}?ttl=7200`);
    const work = count(counterd, () => isDone);
    const open = async (view, options) => {
      const page = await browser.newPage({ locale: 'en-US', ...options });
      await page.goto(`http://localhost:${counterd.port}/${view}`);
      return page;
    };
    const wide = { viewport: { width: 1100, height: 780 } };
    const pages = {
      list: await open('', wide),
      counter: await open('#/counter/pages%2Fhome', { viewport: { width: 1100, height: 640 } }),
      server: await open('#/server', wide),
      phone: await open('', { viewport: { width: 360, height: 640 }, colorScheme: 'dark', deviceScaleFactor: 2 }),
    };
    for (let rest = 32; rest > 0; --rest) {  // the curves show 30 s
      for (const page of Object.values(pages)) {
        await page.bringToFront();
        await sleep(250);
      }
    }
    fs.mkdirSync(target, { recursive: true });
    for (const [name, page] of Object.entries(pages)) {
      await page.bringToFront();
      await page.screenshot({ path: path.join(target, `${name}.png`) });
    }
    isDone = true;
    await work;
  } finally {
    await browser.close();
    await counterd.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

main();
