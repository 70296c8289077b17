# An MCP server of 2026-07-28 over stdio that costs next to nothing: the shell itself, no program.
# It has one tool, `touch`. The first "id" in a line is taken for the request's.
meta='"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"tiny","version":"1"}}'
cache='"ttlMs":0,"cacheScope":"private",'
while IFS= read -r line; do
  case $line in *'"id":'*) ;; *) continue ;; esac
  id=${line#*'"id":'}
  id=${id%%[,\}]*}
  case $line in
    *'"server/discover"'*)
      result='"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},'$cache$meta ;;
    *'"tools/list"'*)
      result='"tools":[{"name":"touch","description":"Does nothing","inputSchema":{"type":"object"}}],'$cache$meta ;;
    *'"tools/call"'*)
      result='"content":[{"type":"text","text":"touched"}],'$meta ;;
    *)
      printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}\n' "$id"
      continue ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,"result":{%s}}\n' "$id" "$result"
done
