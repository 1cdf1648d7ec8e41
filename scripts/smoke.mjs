// Starts the built program as a user would, publishes one event through it to a receiver here, and checks that the event
// arrives byte for byte with a signature that holds. A test runner can pass where the built program dies.
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, runScript, say, SetupError } from './setup-tools.mjs';

const READY_WITHIN_MS = 60_000;
const ARRIVES_WITHIN_MS = 15_000;
const STOPS_WITHIN_MS = 30_000;
const DATA = '{"amount":12345678901234567890,"rate":1.0,"constructor":"c","ü":"é"}';

await runScript(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-smoke-'));
  const receiver = await startReceiver();
  const platform = await startPlatform(folder);
  try {
    await platform.untilReady();
    const secret = await publishOneEvent(platform, receiver.url);
    const request = await within(ARRIVES_WITHIN_MS, receiver.request, 'The event does not arrive');
    assertGenuine(request, secret);
    await platform.stop();
    say(`The built program delivered ${request.headers['webhook-id']} and stopped cleanly.`);
  } catch (error) {
    throw new SetupError(`${error.stack}\n----- what the program said -----\n${platform.logs()}`);
  } finally {
    await platform.stop().catch(() => platform.kill());
    receiver.server.closeAllConnections();
    receiver.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function startReceiver() {
  let receive;
  const request = new Promise((resolve) => (receive = resolve));
  const server = createServer(async (incoming, response) => {
    const chunks = await incoming.toArray();
    response.writeHead(204).end();
    receive({ headers: incoming.headers, body: Buffer.concat(chunks).toString() });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, request, url: `http://127.0.0.1:${server.address().port}/hooks` };
}

async function startPlatform(folder) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const adminKey = `phk_${randomBytes(32).toString('base64url')}`;
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'apps', 'standalone', 'main.js')], {
    cwd: folder, // as from an installed package: nothing may depend on the folder it is started in
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      POSTHORN_DATA_DIR: join(folder, 'data'),
      POSTHORN_ADMIN_KEY: adminKey,
      POSTHORN_ALLOW_HTTP: 'on',
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit');

  return {
    logs: () => output,
    kill: () => child.kill('SIGKILL'),
    async untilReady() {
      for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(50)) {
        if (child.exitCode !== null) throw new Error(`The program ended by itself with exit code ${child.exitCode}`);
        if (
          await fetch(`${url}/health/ready`).then(
            (answer) => answer.ok,
            () => false,
          )
        )
          return;
        if (Date.now() > deadline) throw new Error('The program does not become ready');
      }
    },
    async post(path, body) {
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body,
      });
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async get(path) {
      const answer = await fetch(url + path, { headers: { authorization: `Bearer ${adminKey}` } });
      if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await within(STOPS_WITHIN_MS, exited, 'The program does not stop on SIGTERM');
      if (code !== 0 && code !== 143 && signal !== 'SIGTERM')
        throw new Error(`The program ended with ${code ?? signal}`);
      if (existsSync(join(folder, 'data', 'postgres', 'postmaster.pid'))) throw new Error('It left PostgreSQL running');
    },
  };
}

/** Answers the secret that the delivery must be signed with. */
async function publishOneEvent(platform, receiverUrl) {
  const tenant = await platform.post('/v1/tenants', JSON.stringify({ name: 'Smoke' }));
  const endpoints = `/v1/tenants/${tenant.id}/endpoints`;
  const endpoint = await platform.post(endpoints, JSON.stringify({ url: receiverUrl, eventTypes: ['order.*'] }));
  const secrets = await platform.get(`${endpoints}/${endpoint.id}/secrets`);
  await platform.post('/v1/events', `{"tenant":"${tenant.id}","type":"order.paid","data":${DATA}}`);
  return secrets.data[0].secret;
}

/** Standard Webhooks: HMAC-SHA256 of `id.timestamp.body` under the base64 key after `whsec_`. */
function assertGenuine({ headers, body }, secret) {
  if (!body.includes(`"data":${DATA}`)) throw new Error(`The data arrived changed: ${body}`);
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  if (!headers['webhook-signature'].split(' ').includes(expected)) throw new Error('The signature does not hold');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function within(ms, promise, complaint) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, ms, new Error(complaint))));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
