// A counterd on a free port.
'use strict';

const { spawn } = require('node:child_process');
const http = require('node:http');

class Counterd {
  constructor(process, port, data) {
    this.process = process;
    this.port = port;
    this.data = data;
  }

  // The counters are in the folder `data`.
  static start(program, data, ...flags) {
    const process = spawn(program, ['--listen', '127.0.0.1:0', '--data', data, ...flags],
                          { stdio: ['ignore', 'pipe', 'ignore'] });
    return new Promise((resolve, reject) => {
      let output = '';
      process.stdout.on('data', (bytes) => {
        output += bytes;
        const found = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(output);
        if (found) resolve(new Counterd(process, Number(found[1]), data));
      });
      process.on('exit', (code) => reject(new Error(`counterd ended with ${code}`)));
    });
  }

  stop() {
    const ended = new Promise((resolve) => this.process.on('exit', resolve));
    this.process.kill('SIGTERM');
    return ended;
  }

  // What a client that is no browser is told.
  ask(method, target) {
    return new Promise((resolve, reject) => {
      const request = http.request({ method, host: '127.0.0.1', port: this.port, path: target, agent: false },
                                   (response) => {
        let body = '';
        response.on('data', (bytes) => { body += bytes; });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      request.on('error', reject);
      request.end();
    });
  }

  // Everything that a page could change.
  async state() {
    const list = await this.ask('GET', '/v1/counters');
    return JSON.stringify(JSON.parse(list.body).counters);
  }
}

module.exports = { Counterd };
