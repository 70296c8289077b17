#!/bin/sh
# Legacy stdio server of about a megabyte, for tests that need many or let them die.
# Tools: `pid` answers with its process id, `slow` does so after 0.3 s, `die` ends it.
# Usage: tiny-server.sh [MODE]; the modes:
#   dies-unless FILE   ends right after its greeting as long as FILE is not there
#   stubborn           stays after the end of its input, and ignores TERM
#   forks FOLDER       writes its pid and those of two others to files there: one in its group and
#                      one that has left it and is nobody's child; all stay and ignore TERM
#   floods errors      writes to its error stream without end
#   floods output      writes lines that are no MCP to its output without end
#   floods line        writes a line without end
#   deaf               is greeted, then writes without end and never reads again
mode=${1:-}
flood() {
  case $1 in
    errors) yes 'an error of this server' >&2 & ;;
    output) while :; do echo 'no MCP'; done & ;;
    line) tr '\0' x </dev/zero & ;;
  esac
}
case $mode in
  stubborn) trap '' TERM HUP ;;
  forks)
    trap '' TERM HUP
    sleep 1000 </dev/null >/dev/null 2>&1 &
    echo $! > "$2/group"
    (setsid sh -c 'echo $$ > "$0/outside"; while :; do sleep 1; done' "$2" </dev/null >/dev/null 2>&1 &)
    echo $$ > "$2/self" ;;
esac

answer() { printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"; }
text() { answer "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"$1\"}]}"; }
tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }

while read -r line; do
  id=${line#*'"id":'}
  id=${id%%[!0-9]*}
  case $line in
    *'"method":"initialize"'*)
      answer '"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"tiny-server","version":"1.0.0"}}' ;;
    *'"method":"notifications/initialized"'*)
      case $mode in
        dies-unless) if [ ! -e "$2" ]; then echo 'no file' >&2; exit 1; fi ;;
        floods) flood "$2" ;;
        deaf) exec yes '{"jsonrpc":"2.0","method":"notifications/none"}' ;;
      esac ;;
    *'"method":"notifications/'*) ;;
    *'"method":"ping"'*) answer '"result":{}' ;;
    *'"method":"tools/list"'*)
      answer "\"result\":{\"tools\":[$(tool pid),$(tool slow),$(tool die)]}" ;;
    *'"name":"pid"'*) text "$$" ;;
    *'"name":"slow"'*) sleep 0.3; text "$$" ;;
    *'"name":"die"'*) exit 3 ;;
    *) answer '"error":{"code":-32601,"message":"Method not found"}' ;;
  esac
done
while [ "$mode" = stubborn ] || [ "$mode" = forks ]; do sleep 1; done
