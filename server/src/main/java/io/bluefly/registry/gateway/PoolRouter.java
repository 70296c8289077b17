package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.Offering;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.PoolOffers;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.gateway.Found.Answer;
import io.bluefly.registry.gateway.Found.Candidates;
import io.bluefly.registry.gateway.Found.Refusal;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds who may serve a request to a pool, or to all of them: by what it names, and by what the
 * client carries from an earlier answer.
 */
final class PoolRouter {
  private final Connections connections;
  private final PoolCatalogue catalogue;
  private final PoolLists lists;
  private final PoolGreeting greeting;
  private final PoolSeals seals;

  PoolRouter(
      Connections connections,
      PoolCatalogue catalogue,
      PoolLists lists,
      PoolGreeting greeting,
      PoolSeals seals) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.lists = lists;
    this.greeting = greeting;
    this.seals = seals;
  }

  /** Whether there is such a pool. */
  boolean knows(OnePool pool) {
    return catalogue.now().pools().contains(pool.name());
  }

  /** The members of the pool, or of all. */
  List<Connection> members(Address address) {
    PoolOffers offers = catalogue.now();
    Stream<String> ids =
        switch (address) {
          case OneConnection one -> Stream.of(one.id());
          case OnePool pool -> offers.members(pool.name()).stream();
          case AllPools _ -> offers.pools().stream().flatMap(p -> offers.members(p).stream());
        };
    return connections(ids.toList());
  }

  private List<String> memberIds(OnePool pool) {
    return catalogue.now().members(pool.name());
  }

  private List<Connection> connections(Collection<String> ids) {
    return ids.stream().map(connections::find).flatMap(Optional::stream).toList();
  }

  /** The members that offer a resource. */
  List<Connection> offering(Address address, String uri) {
    return connections(ids(offerings(address, Kind.RESOURCE, uri)));
  }

  private static List<String> ids(List<Offering> offerings) {
    return offerings.stream().flatMap(o -> o.connectionIds().stream()).distinct().toList();
  }

  private List<Offering> offerings(Address address, Kind kind, String target) {
    PoolOffers offers = catalogue.now();
    return switch (address) {
      case OneConnection _ -> List.of();
      case OnePool pool -> offers.find(pool.name(), kind, target);
      case AllPools _ -> offers.find(kind, target);
    };
  }

  /** What {@code request} comes to at a pool, or at all of them. */
  Found find(Address address, RpcMessage request) {
    return switch (request.method()) {
      case "server/discover" -> new Answer(greeting.discover(address, members(address)));
      case "tools/list" -> lists.page(address, Kind.TOOL, request);
      case "prompts/list" -> lists.page(address, Kind.PROMPT, request);
      case "resources/list" -> lists.page(address, Kind.RESOURCE, request);
      case "resources/templates/list" -> lists.page(address, Kind.TEMPLATE, request);
      case "tools/call" -> named(address, Kind.TOOL, request, request.target(), request.nameSpan());
      case "prompts/get" ->
          named(address, Kind.PROMPT, request, request.target(), request.nameSpan());
      case "resources/read" ->
          named(address, Kind.RESOURCE, request, request.target(), request.uriSpan());
      case "completion/complete" -> completion(address, request);
      case "tasks/get", "tasks/update", "tasks/cancel" -> task(address, request);
      default ->
          address instanceof OnePool pool
              ? new Candidates(pool.name(), memberIds(pool), request)
              : new Refusal(
                  RpcCode.METHOD_NOT_FOUND,
                  "Method not found: " + request.method() + " can't be sent to all pools");
    };
  }

  private Found completion(Address address, RpcMessage request) {
    String name = request.refName();
    String uri = request.refUri();
    if (uri != null) {
      boolean template = !offerings(address, Kind.TEMPLATE, uri).isEmpty();
      Kind kind = template ? Kind.TEMPLATE : Kind.RESOURCE;
      return named(address, kind, request, uri, request.refUriSpan());
    }
    return named(address, Kind.PROMPT, request, name, request.refNameSpan());
  }

  private Found named(
      Address address, Kind kind, RpcMessage request, @Nullable String target, @Nullable Span at) {
    if (target == null || at == null) {
      return new Refusal(
          RpcCode.INVALID_PARAMS, request.method() + " needs params that say what it is for");
    }
    List<Offering> offerings = offerings(address, kind, target);
    String withholder =
        offerings.isEmpty() && kind == Kind.TOOL ? withholder(address, target) : null;
    if (withholder != null) {
      return new Refusal(RpcCode.INVALID_PARAMS, Withheld.message(target, withholder));
    }
    if (address instanceof AllPools && offerings.size() != 1) {
      return offerings.isEmpty() ? unknown(kind, target) : ambiguous(kind, target, offerings);
    }
    boolean named = kind == Kind.TOOL || kind == Kind.PROMPT;
    String own =
        offerings.isEmpty() || !named ? target : offerings.getFirst().capability().target();
    RpcMessage theirs = own.equals(target) ? request : renamed(request, at, own);
    return resumed(candidates(address, offerings, theirs), own);
  }

  private @Nullable String withholder(Address address, String tool) {
    PoolOffers offers = catalogue.now();
    return switch (address) {
      case OneConnection _ -> null;
      case OnePool pool -> offers.withholder(pool.name(), tool);
      case AllPools _ -> offers.withholder(tool);
    };
  }

  private Candidates candidates(Address address, List<Offering> offerings, RpcMessage request) {
    if (address instanceof OnePool pool && offerings.isEmpty()) {
      // Something newer than the catalogue: the servers themselves know best.
      return new Candidates(pool.name(), memberIds(pool), request);
    }
    Offering first = offerings.getFirst();
    return new Candidates(
        first.pool(), offerings.size() == 1 ? first.connectionIds() : ids(offerings), request);
  }

  private static RpcMessage renamed(RpcMessage request, Span at, String name) {
    return RpcMessage.ofOwn(new Splice(request.json()).replace(at, Json.quote(name)).bytes());
  }

  /** A retry goes back to whom the state is from. */
  private Found resumed(Candidates candidates, String target) {
    RpcMessage request = candidates.request();
    Span state = request.requestStateSpan();
    if (state == null) {
      return candidates;
    }
    PoolSeals.Opened opened = seals.state(String.valueOf(request.requestState()), target);
    return opened == null
        ? new Refusal(
            RpcCode.INVALID_PARAMS,
            "params.requestState is not what this request was answered with; call again without it")
        : restored(candidates.connectionIds(), request, state, opened);
  }

  private Found task(Address address, RpcMessage request) {
    Span at = request.taskIdSpan();
    String taskId = request.taskId();
    PoolSeals.Opened opened = taskId == null ? null : seals.task(taskId);
    if (at != null && opened != null) {
      return restored(members(address).stream().map(Connection::id).toList(), request, at, opened);
    }
    return address instanceof OnePool pool
        ? new Candidates(pool.name(), memberIds(pool), request)
        : new Refusal(
            RpcCode.INVALID_PARAMS, "Unknown task: params.taskId is none of this address");
  }

  private Found restored(
      List<String> candidates, RpcMessage request, Span at, PoolSeals.Opened opened) {
    Connection owner =
        candidates.contains(opened.connectionId())
            ? connections.find(opened.connectionId()).orElse(null)
            : null;
    if (owner == null) {
      return new Refusal(
          RpcCode.INVALID_PARAMS, "the server that this was begun with is not there any more");
    }
    byte[] restored = new Splice(request.json()).replace(at, opened.literal()).bytes();
    return new Candidates(
        owner.registration().pool(), List.of(owner.id()), RpcMessage.ofOwn(restored));
  }

  private static Refusal unknown(Kind kind, String target) {
    return new Refusal(
        RpcCode.INVALID_PARAMS, "Unknown " + kind.wire() + ": no pool offers '" + target + "'");
  }

  private static Refusal ambiguous(Kind kind, String target, List<Offering> offerings) {
    boolean named = kind == Kind.TOOL || kind == Kind.PROMPT;
    String choices =
        offerings.stream()
            .map(o -> named ? o.exposedName() : "/pools/" + o.pool() + "/mcp")
            .sorted()
            .collect(Collectors.joining(", "));
    return new Refusal(
        RpcCode.INVALID_PARAMS,
        "Several pools offer " + kind.wire() + " '" + target + "'; use one of " + choices);
  }
}
