// Server that answers a call as the name of the tool says: `[ERA=modern] node bad-answers.mjs stdio|http [PORT]`
// (legacy without ERA; any PORT with 0).
//   ok        as it should
//   garbage   with what is no JSON
//   half      with half an answer, after which it breaks off (stdio: ends)
//   wrong-id  with an answer to what nobody has asked
//   never     not at all
//   endless   with a line of a stream that does not end
//   nothing   with HTTP 204 (stdio: an empty line)
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';

const modern = process.env.ERA === 'modern';
const tools = ['ok', 'garbage', 'half', 'wrong-id', 'never', 'endless', 'nothing']
  .map(name => ({ name, inputSchema: { type: 'object' } }));
const serverInfo = { name: 'bad-answers', version: '1.0.0' };
const capabilities = { tools: {} };
const cached = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
const done = { ...(modern ? { resultType: 'complete' } : {}), content: [{ type: 'text', text: 'done' }] };
const answers = {
  'tools/list': () => ({ ...(modern ? cached : {}), tools }),
  ...(modern
    ? { 'server/discover': () => ({ ...cached, supportedVersions: ['2026-07-28'], capabilities, _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } }) }
    : { initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities, serverInfo }), ping: () => ({}) }),
};

const text = message => JSON.stringify({ jsonrpc: '2.0', ...message });
const answer = ({ id, method, params }) => (Object.hasOwn(answers, method)
  ? text({ id, result: answers[method](params) })
  : text({ id, error: { code: -32601, message: 'Method not found' } }));
const half = '{"jsonrpc":"2.0","id":';
const chunk = 'x'.repeat(16384);
async function flood(stream) {
  while (!stream.destroyed) {
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
  }
}

const onHttp = {
  ok: (response, id) => json(response, text({ id, result: done })),
  garbage: response => json(response, 'this is not JSON'),
  half: response => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write(half, () => response.destroy());
  },
  'wrong-id': response => json(response, text({ id: 'never-asked', result: done })),
  never: () => {},
  endless: response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: ');
    flood(response).catch(() => {});
  },
  nothing: response => response.writeHead(204).end(),
};
const onStdio = {
  ok: id => line(text({ id, result: done })),
  garbage: () => line('this is not JSON'),
  half: () => process.stdout.write(half, () => process.exit(0)),
  'wrong-id': () => line(text({ id: 'never-asked', result: done })),
  never: () => {},
  endless: () => flood(process.stdout),
  nothing: () => line(''),
};

function json(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
const line = body => process.stdout.write(body + '\n');

function handle(request, response, body) {
  if (request.method !== 'POST') return response.writeHead(405).end();
  const message = JSON.parse(body);
  if (message.id === undefined) return response.writeHead(202).end();
  if (message.method === 'tools/call') return onHttp[message.params.name](response, message.id);
  return json(response, answer(message), Object.hasOwn(answers, message.method) ? 200 : 404);
}

if (process.argv[2] === 'http') {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', part => { body += part; });
    request.on('end', () => handle(request, response, body));
  });
  server.listen(Number(process.argv[3]), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
} else {
  process.stdout.on('error', () => process.exit(1));
  createInterface({ input: process.stdin }).on('line', received => {
    const message = JSON.parse(received);
    if (message.id === undefined) return;
    if (message.method === 'tools/call') onStdio[message.params.name](message.id);
    else line(answer(message));
  }).on('close', () => process.exit(0));
}
