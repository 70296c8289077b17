// Legacy HTTP server that goes wrong: `MODE=… node misbehaving-http.mjs http PORT` (any PORT with 0).
//   stale    stateful; answers an unknown session with 400 and an error without an id, as the SDK's examples
//   amnesia  stateful; knows no session when it comes to calls: 404; notes each call in its error stream
//   revoke   stateless; after a call of `go` everything is 401 with a JSON-RPC error
//   revoke-text  the same with a body that is no JSON
//   landing  stateless; GET answers with an HTML page; `gets` says how many GETs there were
//   close    stateless; closes the connection after each answer, as it says
import { randomUUID } from 'node:crypto';
import http from 'node:http';

const mode = process.env.MODE;
const stateful = mode === 'stale' || mode === 'amnesia';
const sessions = new Set();
let revoked = false;
let gets = 0;

const text = value => ({ content: [{ type: 'text', text: String(value) }] });
const tools = ['go', 'gets', 'forget'].map(name => ({ name, inputSchema: { type: 'object' } }));
const calls = {
  go: () => { revoked = mode.startsWith('revoke'); return text('gone'); },
  gets: () => text(gets),
  forget: () => { sessions.clear(); return text('forgotten'); },
};
const answers = {
  initialize: () => ({
    protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'misbehaving-http', version: '1.0.0' },
  }),
  ping: () => ({}),
  // Two pages.
  'tools/list': params => (params?.cursor === 'more' ? { tools: tools.slice(1) } : { tools: tools.slice(0, 1), nextCursor: 'more' }),
  'tools/call': ({ name }) => calls[name](),
};

function handle(request, response, body) {
  const answer = (status, message, headers = {}) => {
    response.writeHead(status, {
      'content-type': 'application/json', ...(mode === 'close' ? { connection: 'close' } : {}), ...headers,
    });
    response.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
  };
  const refuse = (status, message) => answer(status, { id: null, error: { code: -32000, message } });
  if (revoked && mode === 'revoke-text') return response.writeHead(401, { 'content-type': 'text/html' }).end('Unauthorized');
  if (revoked) return refuse(401, 'Unauthorized');
  if (request.method === 'GET') {
    gets++;
    response.writeHead(mode === 'landing' ? 200 : 405, { 'content-type': 'text/html' });
    return response.end('<h1>hello</h1>');
  }
  const { id, method, params } = JSON.parse(body);
  if (method === 'initialize') {
    const session = randomUUID();
    sessions.add(session);
    return answer(200, { id, result: answers.initialize() }, stateful ? { 'mcp-session-id': session } : {});
  }
  if (mode === 'stale' && method !== 'server/discover' && !sessions.has(request.headers['mcp-session-id'])) {
    return refuse(400, 'Bad Request: No valid session ID provided');
  }
  if (mode === 'amnesia' && method === 'tools/call') {
    console.error(method);
    return refuse(404, 'Session not found');
  }
  if (id === undefined) return response.writeHead(202).end();
  if (!Object.hasOwn(answers, method)) return answer(200, { id, error: { code: -32601, message: 'Method not found' } });
  answer(200, { id, result: answers[method](params) });
}

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', chunk => { body += chunk; });
  request.on('end', () => handle(request, response, body));
});
server.listen(Number(process.argv[3]), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
