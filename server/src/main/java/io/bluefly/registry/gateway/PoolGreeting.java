package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.PoolOffers;
import io.bluefly.registry.config.Version;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.ServerFeatures;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a pool, or all of them as one server, introduces itself. */
final class PoolGreeting {
  private static final String TASKS = "io.modelcontextprotocol/tasks";

  private final Connections connections;
  private final PoolCatalogue catalogue;
  private final Upstreams upstreams;

  PoolGreeting(Connections connections, PoolCatalogue catalogue, Upstreams upstreams) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.upstreams = upstreams;
  }

  /** The result of {@code server/discover}. */
  String discover(ClientRequest client) {
    Address address = client.address();
    List<Connection> members = members(client);
    return "{\"resultType\":\"complete\",\"supportedVersions\":["
        + Json.quote(Era.MODERN_VERSION)
        + "],\"capabilities\":"
        + capabilities(client, members, Era.MODERN)
        + instructions(address, members)
        + ",\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":"
        + "{\"io.modelcontextprotocol/serverInfo\":"
        + identity(address)
        + "}}";
  }

  /** The result of {@code initialize}. */
  String initialize(ClientRequest client, String version) {
    Address address = client.address();
    List<Connection> members = members(client);
    return "{\"protocolVersion\":"
        + Json.quote(version)
        + ",\"capabilities\":"
        + capabilities(client, members, Era.LEGACY)
        + ",\"serverInfo\":"
        + identity(address)
        + instructions(address, members)
        + "}";
  }

  private List<Connection> members(ClientRequest client) {
    PoolOffers offers = catalogue.now(client.scope());
    Stream<String> pools =
        client.address() instanceof OnePool pool ? Stream.of(pool.name()) : offers.pools().stream();
    return pools
        .flatMap(pool -> offers.members(pool).stream())
        .map(connections::find)
        .flatMap(Optional::stream)
        .toList();
  }

  private static String identity(Address address) {
    String title =
        switch (address) {
          case OneConnection one -> one.id();
          case OnePool pool -> "MCP Registry: pool " + pool.name();
          case AllPools _ -> "MCP Registry: all pools";
        };
    return "{\"name\":\"mcp-registry\",\"title\":"
        + Json.quote(title)
        + ",\"version\":"
        + Json.quote(Version.CURRENT)
        + "}";
  }

  /** The servers that are open, or asleep until the next call. */
  private List<ServerInfo> open(List<Connection> members) {
    return members.stream()
        .map(member -> upstreams.find(member.id()).flatMap(Upstream::server))
        .flatMap(Optional::stream)
        .toList();
  }

  private String instructions(Address address, List<Connection> members) {
    if (address instanceof AllPools) {
      return ",\"instructions\":"
          + Json.quote("Names of tools and prompts begin with the name of their pool and '__'.");
    }
    return open(members).stream()
        .map(ServerInfo::instructions)
        .filter(text -> !text.equals("null"))
        .findFirst()
        .map(text -> ",\"instructions\":" + text)
        .orElse("");
  }

  private String capabilities(ClientRequest client, List<Connection> members, Era era) {
    ServerFeatures all =
        client.address() instanceof OnePool pool
            ? features(catalogue.now(client.scope()), pool, members)
            : anything();
    List<String> parts = new ArrayList<>();
    if (all.tools()) {
      parts.add("\"tools\":{\"listChanged\":true}");
    }
    if (all.prompts()) {
      parts.add("\"prompts\":{\"listChanged\":true}");
    }
    if (all.resources()) {
      String subscribe = all.subscribe() ? ",\"subscribe\":true" : "";
      parts.add("\"resources\":{\"listChanged\":true" + subscribe + "}");
    }
    if (all.completions()) {
      parts.add("\"completions\":{}");
    }
    if (all.logging()) {
      parts.add("\"logging\":{}");
    }
    if (era == Era.MODERN && !all.extensions().isEmpty()) {
      parts.add(
          all.extensions().entrySet().stream()
              .map(e -> Json.quote(e.getKey()) + ":" + e.getValue())
              .sorted()
              .collect(Collectors.joining(",", "\"extensions\":{", "}")));
    }
    return "{" + String.join(",", parts) + "}";
  }

  /** What all pools together can do does not depend on who is open just now. */
  private static ServerFeatures anything() {
    return new ServerFeatures(true, true, true, true, true, true, java.util.Map.of(TASKS, "{}"));
  }

  private ServerFeatures features(PoolOffers offers, OnePool pool, List<Connection> members) {
    ServerFeatures known =
        new ServerFeatures(
            !offers.of(pool.name(), Kind.TOOL).isEmpty(),
            !offers.of(pool.name(), Kind.PROMPT).isEmpty(),
            !offers.of(pool.name(), Kind.RESOURCE).isEmpty(),
            false,
            false,
            false,
            java.util.Map.of());
    return open(members).stream()
        .map(server -> ServerFeatures.of(server.capabilities()))
        .reduce(known, ServerFeatures::or);
  }
}
