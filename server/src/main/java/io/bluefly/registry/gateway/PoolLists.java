package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.Offering;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.gateway.Found.Answer;
import io.bluefly.registry.gateway.Found.Refusal;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lists of what pools offer, from the catalogue: always in the same order, page by page, each page
 * from where the one before ended even when something has changed in between.
 */
final class PoolLists {
  /** Items on a page; many clients read the first page only. */
  static final int PAGE_ITEMS = 1_000;

  /** Characters after which a page ends early. */
  private static final int PAGE_CHARS = 4 << 20;

  private final PoolCatalogue catalogue;
  private final Sealer sealer;

  PoolLists(PoolCatalogue catalogue, Sealer sealer) {
    this.catalogue = catalogue;
    this.sealer = sealer;
  }

  /** The page that {@code request} asks for. */
  Found page(Address address, Kind kind, RpcMessage request) {
    String after = "";
    String cursor = request.cursor();
    if (cursor != null) {
      String opened = sealer.open(Purpose.CURSOR, cursor);
      if (opened == null || !opened.startsWith(kind.key() + ":")) {
        return new Refusal(
            RpcCode.INVALID_PARAMS, "params.cursor is unknown; begin the list again without it");
      }
      after = opened.substring(kind.key().length() + 1);
    }
    return new Answer(page(address, kind, after, request.era()));
  }

  private SortedMap<String, Offering> offerings(Address address, Kind kind) {
    return switch (address) {
      case OneConnection _ -> new TreeMap<>();
      case OnePool pool -> catalogue.now().of(pool.name(), kind);
      case AllPools _ -> catalogue.now().all(kind);
    };
  }

  private String page(Address address, Kind kind, String after, Era era) {
    StringBuilder items = new StringBuilder();
    int count = 0;
    String last = null;
    for (Map.Entry<String, Offering> entry : offerings(address, kind).tailMap(after).entrySet()) {
      if (entry.getKey().equals(after)) {
        continue;
      }
      if (count == PAGE_ITEMS || items.length() > PAGE_CHARS) {
        return result(kind, items, last, era);
      }
      items.append(count == 0 ? "" : ",").append(definition(address, entry.getValue()));
      last = entry.getKey();
      count++;
    }
    return result(kind, items, null, era);
  }

  private String result(
      Kind kind, StringBuilder items, @org.jspecify.annotations.Nullable String last, Era era) {
    return "{"
        + (era == Era.MODERN
            ? "\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\","
            : "")
        + "\""
        + kind.key()
        + "\":["
        + items
        + "]"
        + (last == null
            ? ""
            : ",\"nextCursor\":" + Json.quote(sealer.seal(Purpose.CURSOR, kind.key() + ":" + last)))
        + "}";
  }

  /** The definition as its server wrote it, under the name that it has here. */
  private static String definition(Address address, Offering offering) {
    String definition = offering.capability().definition();
    Kind kind = offering.capability().kind();
    if (address instanceof OnePool || (kind != Kind.TOOL && kind != Kind.PROMPT)) {
      return definition;
    }
    byte[] json = Json.bytes(definition);
    try {
      Span name = Members.of(json, new Span(0, json.length)).get("name");
      return name == null
          ? definition
          : new String(
              new Splice(json).replace(name, Json.quote(offering.exposedName())).bytes(),
              StandardCharsets.UTF_8);
    } catch (MalformedMessageException e) {
      return definition;
    }
  }
}
