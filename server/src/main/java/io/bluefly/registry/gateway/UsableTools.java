package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.ListPage;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.ParamHeaders;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import java.util.List;

/**
 * A modern server's list of tools without those whose {@code x-mcp-header} is wrong. A modern
 * client leaves them out itself; for a legacy client, which does not know them, the registry does.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/server/tools#x-mcp-header">x-mcp-header</a>
 */
final class UsableTools {
  private static final String KEY = "tools";

  private UsableTools() {}

  /** The answer to {@code tools/list} as the client is to have it; as it came when all is well. */
  static byte[] of(RpcMessage answer) {
    byte[] json = answer.json();
    Span result = answer.result();
    if (result == null) {
      return json;
    }
    try {
      List<String> all = ListPage.read(answer, KEY).items();
      List<String> usable =
          all.stream().filter(tool -> ParamHeaders.of(tool).invalid() == null).toList();
      Span place = Members.of(json, result).get(KEY);
      return place == null || usable.size() == all.size()
          ? json
          : new Splice(json).replace(place, "[" + String.join(",", usable) + "]").bytes();
    } catch (MalformedMessageException e) {
      return json; // What is no list is for the client to judge.
    }
  }
}
