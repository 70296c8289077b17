// Legacy stdio server with one tool `go` that goes wrong in the way named by its argument:
// `node misbehaving-server.mjs MODE`; the modes stand below.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const mode = process.argv[2];
const send = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
const write = async (stream, chunk) => { if (!stream.write(chunk)) await once(stream, 'drain'); };
const done = { content: [{ type: 'text', text: 'gone' }] };

// What `go` does in each mode; a returned result is sent as the answer.
const modes = {
  garbage: () => { process.stdout.write('this is not JSON\n'); },
  'wrong-id': () => { send({ id: 'never-asked', result: done }); },
  half: () => { process.stdout.write('{"jsonrpc":"2.0","id":', () => process.exit(0)); },
  endless: async () => { for (const chunk = 'x'.repeat(65536); ;) await write(process.stdout, chunk); },
  never: () => {},
  flood: async () => { // 50 MB
    const chunk = ('x'.repeat(99) + '\n').repeat(10000);
    for (let i = 0; i < 50; i++) await write(process.stderr, chunk);
    return done;
  },
  'null-result': () => null,
  // Ends, and leaves somebody outside its process group who holds its output open.
  escape: () => {
    spawn('setsid', ['sleep', '300'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true }).unref();
    setTimeout(() => process.exit(1), 200);
  },
  // Answers, and never reads again.
  deaf: () => { setTimeout(() => { process.stdin.destroy(); setInterval(() => {}, 1000); }, 50); return done; },
  blab: () => { console.error(`Error: bad token ${process.env.TOKEN}`); process.exit(1); },
  'exit-on-probe': () => done,
  'silent-on-probe': () => done,
};
if (!Object.hasOwn(modes, mode)) {
  console.error(`usage: misbehaving-server.mjs ${Object.keys(modes).join('|')}`);
  process.exit(2);
}

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'misbehaving-server', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'go', description: `Goes wrong: ${mode}`, inputSchema: { type: 'object' } }] }),
  'tools/call': modes[mode],
};

let first = true;
createInterface({ input: process.stdin }).on('line', async line => {
  const { id, method, params } = JSON.parse(line);
  if (first && mode === 'exit-on-probe' && method !== 'initialize') process.exit(1);
  first = false;
  if (id === undefined || (mode === 'silent-on-probe' && method === 'server/discover')) return;
  if (!Object.hasOwn(answers, method)) return send({ id, error: { code: -32601, message: 'Method not found' } });
  const result = await answers[method](params);
  if (result !== undefined) send({ id, result });
}).on('close', () => { if (mode !== 'deaf') process.exit(0); });
