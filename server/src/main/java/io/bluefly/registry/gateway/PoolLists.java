package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.Offering;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.PoolOffers;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.gateway.Found.Answer;
import io.bluefly.registry.gateway.Found.Refusal;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

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

  /** The page that {@code client} asks for. */
  Found page(ClientRequest client, Kind kind) {
    List<Map.Entry<String, Offering>> all = List.copyOf(offerings(client, kind).entrySet());
    String cursor = client.message().cursor();
    int from = cursor == null ? 0 : after(client, cursor, kind, all);
    return from < 0
        ? new Refusal(
            RpcCode.INVALID_PARAMS, "params.cursor is unknown; begin the list again without it")
        : new Answer(page(client, kind, all, from));
  }

  private SequencedMap<String, Offering> offerings(ClientRequest client, Kind kind) {
    PoolOffers offers = catalogue.now(client.scope());
    return switch (client.address()) {
      case OneConnection _ -> new LinkedHashMap<>();
      case OnePool pool -> offers.of(pool.name(), kind);
      case AllPools _ -> offers.all(kind);
    };
  }

  /** Where a page begins: behind the item that the one before ended with, wherever that is now. */
  private int after(
      ClientRequest client, String cursor, Kind kind, List<Map.Entry<String, Offering>> all) {
    String opened = sealer.open(Purpose.CURSOR, client.principal(), cursor);
    String[] parts = opened == null ? new String[0] : opened.split(":", 3);
    if (parts.length != 3 || !parts[0].equals(kind.key())) {
      return -1;
    }
    int before = Integer.parseInt(parts[1]);
    if (before <= all.size() && all.get(before - 1).getKey().equals(parts[2])) {
      return before;
    }
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).getKey().equals(parts[2])) {
        return i + 1;
      }
    }
    return Math.min(before, all.size());
  }

  private String page(
      ClientRequest client, Kind kind, List<Map.Entry<String, Offering>> all, int from) {
    StringBuilder items = new StringBuilder();
    int next = from;
    while (next < all.size() && next < from + PAGE_ITEMS && items.length() < PAGE_CHARS) {
      items
          .append(next == from ? "" : ",")
          .append(definition(client.address(), all.get(next).getValue()));
      next++;
    }
    String cursor =
        next == all.size() ? null : kind.key() + ":" + next + ":" + all.get(next - 1).getKey();
    return result(client, kind, items, cursor);
  }

  private String result(
      ClientRequest client, Kind kind, StringBuilder items, @Nullable String cursor) {
    return "{"
        + (client.message().era() == Era.MODERN
            ? "\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\","
            : "")
        + "\""
        + kind.key()
        + "\":["
        + items
        + "]"
        + (cursor == null
            ? ""
            : ",\"nextCursor\":"
                + Json.quote(sealer.seal(Purpose.CURSOR, client.principal(), cursor)))
        + "}";
  }

  private static String definition(Address address, Offering offering) {
    return address instanceof AllPools
        ? offering.exposedDefinition()
        : offering.capability().definition();
  }
}
