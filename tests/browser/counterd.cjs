// A counterd on a free port.
'use strict';

const { spawn } = require('node:child_process');
const http = require('node:http');

class Counterd {
  constructor(program, data, flags) {
    this.program = program;
    this.data = data;
    this.flags = flags;
    this.port = 0;
  }

  // The counters are in the folder `data`.
  static async start(program, data, ...flags) {
    const counterd = new Counterd(program, data, flags);
    await counterd.run();
    return counterd;
  }

  // Starts it, on its port if it had one.
  run() {
    const listen = `127.0.0.1:${this.port}`;
    this.process = spawn(this.program, ['--listen', listen, '--data', this.data, ...this.flags],
                         { stdio: ['ignore', 'pipe', 'ignore'] });
    return new Promise((resolve, reject) => {
      let output = '';
      this.process.stdout.on('data', (bytes) => {
        output += bytes;
        const found = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(output);
        if (!found) return;
        this.port = Number(found[1]);
        resolve();
      });
      this.process.once('exit', (code) => reject(new Error(`counterd ended with ${code}`)));
    });
  }

  stop() {
    const ended = new Promise((resolve) => this.process.on('exit', resolve));
    this.process.kill('SIGTERM');
    return ended;
  }

  async restart() {
    await this.stop();
    await this.run();
  }

  // What a client that is no browser is told.
  ask(method, target, json = '') {
    return new Promise((resolve, reject) => {
      const headers = json ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) } : {};
      const request = http.request({ method, host: '127.0.0.1', port: this.port, path: target, headers, agent: false },
                                   (response) => {
        let body = '';
        response.on('data', (bytes) => { body += bytes; });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      request.on('error', reject);
      request.end(json);
    });
  }

  // Everything that a page could change.
  async state() {
    const list = await this.ask('GET', '/v1/counters');
    return JSON.stringify(JSON.parse(list.body).counters);
  }
}

module.exports = { Counterd };
