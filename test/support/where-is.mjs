// Usage: node --experimental-websocket where-is.mjs <pid>
// Says what another Node.js process on this machine is at: its stack if it keeps its event loop busy, and what its event
// loop waits for if not. Asks over the inspector, which SIGUSR1 opens (https://nodejs.org/api/process.html#signal-events);
// it must be the only process with an inspector on the default port.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const INSPECTOR = 'http://127.0.0.1:9229/json';
const TRIES = 20;
const BUSY_WITHIN_MS = 2_000;

async function openInspector(pid) {
  process.kill(pid, 'SIGUSR1');
  for (let tries = 1; ; tries++) {
    try {
      const [target] = await (await fetch(INSPECTOR)).json();
      return target.webSocketDebuggerUrl;
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(100);
    }
  }
}

const socket = new WebSocket(await openInspector(Number(process.argv[2])));
await once(socket, 'open');
const send = (id, method, params = {}) => socket.send(JSON.stringify({ id, method, params }));
const urls = new Map();
socket.addEventListener('message', ({ data }) => {
  const { id, method, params, result } = JSON.parse(data);
  if (method === 'Debugger.scriptParsed') urls.set(params.scriptId, params.url);
  if (method === 'Debugger.paused') {
    process.stdout.write('It is busy:\n');
    for (const { functionName, location } of params.callFrames) {
      process.stdout.write(`  at ${functionName || '(anonymous)'} (${urls.get(location.scriptId)}:${location.lineNumber + 1})\n`);
    }
    process.exit();
  }
  if (id === 3) {
    process.stdout.write(`It waits for: ${result.result.value}\n`);
    process.exit();
  }
});
send(1, 'Debugger.enable');
send(2, 'Debugger.pause');
await sleep(BUSY_WITHIN_MS);
// Idle: nothing ran that could have been paused.
send(3, 'Runtime.evaluate', { expression: 'process.getActiveResourcesInfo().join(" ")' });
