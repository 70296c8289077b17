// Legacy stdio server that refuses to die, with a grandchild that does too; only SIGKILL ends them. Tool `pid`.
// Used to prove that nothing survives a kill -9 of the registry.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const grandchild = spawn(process.execPath, ['-e', "process.on('SIGTERM',()=>{}); setInterval(()=>{},1e6)"],
  { detached: false, stdio: 'ignore' });

for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdout.on('error', () => {}); // a closed pipe does not end it either
setInterval(() => {}, 1e6); // keeps running after the end of stdin

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'stubborn-server', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'pid', description: 'Process ids', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({
    content: [{ type: 'text', text: JSON.stringify({ pid: process.pid, ppid: process.ppid, grandchild: grandchild.pid }) }],
  }),
};

createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return; // a notification
  const answer = Object.hasOwn(answers, method)
    ? { result: answers[method](params) } : { error: { code: -32601, message: 'Method not found' } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...answer }) + '\n');
});
