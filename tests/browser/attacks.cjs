// What a page can do to have its visitor's browser send a request. These functions run in the page.
// Each ends when the browser has sent the request, or has refused to; it returns what the page could
// read, or undefined.
'use strict';

const pause = 300;  // ms: for requests whose end a page is not told

function get(url) {
  return fetch(url).then((response) => response.text()).catch(() => undefined);
}

function getWithoutCors(url) {
  return fetch(url, { mode: 'no-cors' }).then((response) => response.text() || undefined)
    .catch(() => undefined);
}

// Our own page says so with this field.
function getAsIfOurs([url, mode]) {
  return fetch(url, { mode, headers: { 'X-Requested-With': 'counterd' } })
    .then((response) => response.text() || undefined).catch(() => undefined);
}

function post(url) {
  return fetch(url, { method: 'POST' }).then((response) => response.text()).catch(() => undefined);
}

function postText(url) {
  const body = '{"ops":[{"op":"add","name":"x"}]}';
  return fetch(url, { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body })
    .then((response) => response.text() || undefined).catch(() => undefined);
}

function postJson(url) {
  const body = '{"ops":[{"op":"add","name":"x"}]}';
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    .then((response) => response.text()).catch(() => undefined);
}

function put(url) {
  return fetch(url, { method: 'PUT' }).then((response) => response.text()).catch(() => undefined);
}

function remove(url) {
  return fetch(url, { method: 'DELETE' }).then((response) => response.text())
    .catch(() => undefined);
}

function image(url) {
  return new Promise((resolve) => {
    const element = new Image();
    element.onload = () => resolve('an image');
    element.onerror = () => resolve();
    element.src = url;
  });
}

function script(url) {
  return new Promise((resolve) => {
    const element = document.createElement('script');
    element.onload = () => resolve('a script');
    element.onerror = () => resolve();
    element.src = url;
    document.head.append(element);
  });
}

function frame([url, milliseconds]) {
  return new Promise((resolve) => {
    const element = document.createElement('iframe');
    element.src = url;
    document.body.append(element);
    setTimeout(() => {
      let read;
      try { read = element.contentDocument?.body?.innerText || undefined; } catch { /* not ours */ }
      resolve(read);
    }, milliseconds);
  });
}

function prefetch([url, milliseconds]) {
  return new Promise((resolve) => {
    const element = document.createElement('link');
    element.rel = 'prefetch';
    element.href = url;
    document.head.append(element);
    setTimeout(resolve, milliseconds);
  });
}

function beacon([url, milliseconds]) {
  navigator.sendBeacon(url, 'delta=5');
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}

// In a frame, so that the page stays.
function form([url, milliseconds, method]) {
  return new Promise((resolve) => {
    const target = document.createElement('iframe');
    target.name = `frame${Math.random()}`;
    const element = document.createElement('form');
    element.method = method;
    element.target = target.name;
    element.action = url.split('?')[0];
    for (const [name, value] of new URL(url).searchParams) {
      const input = document.createElement('input');
      [input.name, input.value] = [name, value];
      element.append(input);
    }
    document.body.append(target, element);
    element.submit();
    setTimeout(resolve, milliseconds);
  });
}

function follow([url, milliseconds]) {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    const end = (read) => { source.close(); resolve(read); };
    source.onmessage = (event) => end(event.data);
    source.addEventListener('gone', (event) => end(event.data));
    setTimeout(end, milliseconds);
  });
}

const attacks = [
  { name: 'fetch', run: (page, url) => page.evaluate(get, url) },
  { name: 'fetch without CORS', run: (page, url) => page.evaluate(getWithoutCors, url) },
  { name: 'fetch as if ours', run: (page, url) => page.evaluate(getAsIfOurs, [url, 'cors']) },
  { name: 'fetch as if ours, without CORS', run: (page, url) => page.evaluate(getAsIfOurs, [url, 'no-cors']) },
  { name: 'fetch POST', run: (page, url) => page.evaluate(post, url) },
  { name: 'fetch POST of text', run: (page, url) => page.evaluate(postText, url) },
  { name: 'fetch POST of JSON', run: (page, url) => page.evaluate(postJson, url) },
  { name: 'fetch PUT', run: (page, url) => page.evaluate(put, url) },
  { name: 'fetch DELETE', run: (page, url) => page.evaluate(remove, url) },
  { name: 'image', run: (page, url) => page.evaluate(image, url) },
  { name: 'script', run: (page, url) => page.evaluate(script, url) },
  { name: 'frame', run: (page, url) => page.evaluate(frame, [url, pause]) },
  { name: 'prefetch', run: (page, url) => page.evaluate(prefetch, [url, pause]) },
  { name: 'event source', run: (page, url) => page.evaluate(follow, [url, pause]) },
  { name: 'beacon', run: (page, url) => page.evaluate(beacon, [url, pause]) },
  { name: 'form GET', run: (page, url) => page.evaluate(form, [url, pause, 'get']) },
  { name: 'form POST', run: (page, url) => page.evaluate(form, [url, pause, 'post']) },
];

module.exports = { attacks };
