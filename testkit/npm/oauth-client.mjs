// Driver of a client that logs in by itself: `node oauth-client.mjs URL [--legacy]`; see client-loop.mjs.
// Who logs in is in env MCP_USER and MCP_PASSWORD; this script plays the browser and the person in front of it.
import { call, Notifications, run } from './client-loop.mjs';

const [url, ...options] = process.argv.slice(2);
const legacy = options.includes('--legacy');
const sdk = legacy
  ? {
    ...await import('@modelcontextprotocol/sdk/client/index.js'),
    ...await import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  } : await import('@modelcontextprotocol/client');
const callback = 'http://127.0.0.1:9/callback'; // Nobody listens there: the code is taken from the redirect to it.
const notifications = new Notifications();
const steps = [];
let client, registered, tokens, verifier, login;

/** What a client library keeps for an OAuth client. */
const provider = {
  redirectUrl: callback,
  clientMetadata: {
    client_name: 'oauth-client', redirect_uris: [callback], token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  },
  clientInformation: () => registered,
  saveClientInformation: information => { registered = information; steps.push('registered'); },
  tokens: () => tokens,
  saveTokens: saved => { tokens = saved; steps.push('token'); },
  saveCodeVerifier: code => { verifier = code; },
  codeVerifier: () => verifier,
  redirectToAuthorization: address => { login = address; steps.push('login'); },
};

/** Follows redirects with cookies until a page comes, or the callback. */
async function browse(cookies, address, form) {
  for (let hop = 0; hop < 10; hop++) {
    if (String(address).startsWith(callback)) return { callback: new URL(address) };
    const answer = await fetch(address, {
      redirect: 'manual', method: form ? 'POST' : 'GET', body: form,
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (!next) return { page: await answer.text(), status: answer.status };
    address = new URL(next, address);
    form = undefined;
  }
  throw new Error('too many redirects');
}

/** Fills in the login page and comes back with what the issuer gives the callback. */
async function logIn() {
  const cookies = new Map();
  const { page, status } = await browse(cookies, login);
  const action = /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (!action) throw new Error(`no login page, but ${status}: ${page}`);
  const form = new URLSearchParams({ username: process.env.MCP_USER, password: process.env.MCP_PASSWORD });
  const back = await browse(cookies, action.replaceAll('&amp;', '&'), form);
  if (!back.callback) throw new Error(`the login ended at a page: ${back.status} ${back.page}`);
  return back.callback.searchParams;
}

const connect = async transport => {
  client = new sdk.Client({ name: 'oauth-client', version: '1.0.0' }, {
    capabilities: {}, ...!legacy && { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  });
  await client.connect(transport);
};

await run({
  async connect() {
    const transport = () => new sdk.StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    const first = transport();
    try {
      await connect(first);
      return { steps, asked: undefined };
    } catch (error) {
      if (!login) throw error;
    }
    const back = await logIn();
    await first.finishAuth(back.get('code'), back.get('iss') ?? undefined);
    await connect(transport());
    const asked = Object.fromEntries(login.searchParams);
    return { steps, asked: { scope: asked.scope, resource: asked.resource, pkce: asked.code_challenge_method } };
  },
  listTools: async () => ({ result: await client.listTools() }),
  call: command => call(command, options =>
    client.callTool({ name: command.name, arguments: command.args ?? {} }, ...legacy ? [undefined, options] : [options])),
  close: async () => { await client?.close(); return {}; },
}, notifications);
