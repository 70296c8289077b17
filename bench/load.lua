-- What wrk sends: tools/call of a small tool, as modern or as legacy clients do.
-- Arguments: the admin key, and for legacy clients a file with a session id on each line.

local MODERN = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo",'
  .. '"arguments":{"text":"hello"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
  .. '"io.modelcontextprotocol/clientCapabilities":{},'
  .. '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}'
local LEGACY = '{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo",'
  .. '"arguments":{"text":"hello"}}}'
-- So many calls of one session have ids of their own before the first id comes again.
local IDS = 32

local requests = {}
local next = 0

local function headers(key)
  return {
    ["Content-Type"] = "application/json",
    ["Accept"] = "application/json, text/event-stream",
    ["X-API-Key"] = key,
  }
end

function init(args)
  local sent = headers(args[1])
  if not args[2] then
    sent["MCP-Protocol-Version"] = "2026-07-28"
    sent["Mcp-Method"] = "tools/call"
    sent["Mcp-Name"] = "echo"
    requests[1] = wrk.format("POST", nil, sent, MODERN)
    return
  end
  sent["MCP-Protocol-Version"] = "2025-11-25"
  local sessions = {}
  for session in io.lines(args[2]) do
    sessions[#sessions + 1] = session
  end
  for id = 1, IDS do
    for _, session in ipairs(sessions) do
      sent["Mcp-Session-Id"] = session
      requests[#requests + 1] = wrk.format("POST", nil, sent, LEGACY:format(id))
    end
  end
end

-- Sessions take turns, and a session's calls take turns with its ids: a slow call may still be
-- open when its session comes round again, and no two open requests may have the same id.
function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format("figures\t%d\t%d\t%d\t%d\t%d\t%d\n",
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(99)))
end
