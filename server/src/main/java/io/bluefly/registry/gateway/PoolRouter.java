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
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Scope;
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
  /** In place of a task id that is none of the client's. */
  private static final String NOBODYS = "unknown-task";

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

  /** Whether there is such a pool with a connection of {@code scope}. */
  boolean knows(OnePool pool, Scope scope) {
    return catalogue.now(scope).pools().contains(pool.name());
  }

  /** The members of the pool, or of all, as far as they are of {@code scope}. */
  List<Connection> members(Address address, Scope scope) {
    PoolOffers offers = catalogue.now(scope);
    Stream<String> ids =
        switch (address) {
          case OneConnection one -> Stream.of(one.id());
          case OnePool pool -> offers.members(pool.name()).stream();
          case AllPools _ -> offers.pools().stream().flatMap(p -> offers.members(p).stream());
        };
    return connections(ids.toList());
  }

  private List<String> memberIds(OnePool pool, Scope scope) {
    return catalogue.now(scope).members(pool.name());
  }

  private List<Connection> connections(Collection<String> ids) {
    return ids.stream().map(connections::find).flatMap(Optional::stream).toList();
  }

  /** The members of {@code scope} that offer a resource. */
  List<Connection> offering(Address address, Scope scope, String uri) {
    return connections(ids(offerings(address, scope, Kind.RESOURCE, uri)));
  }

  private static List<String> ids(List<Offering> offerings) {
    return offerings.stream().flatMap(o -> o.connectionIds().stream()).distinct().toList();
  }

  private List<Offering> offerings(Address address, Scope scope, Kind kind, String target) {
    PoolOffers offers = catalogue.now(scope);
    return switch (address) {
      case OneConnection _ -> List.of();
      case OnePool pool -> offers.find(pool.name(), kind, target);
      case AllPools _ -> offers.find(kind, target);
    };
  }

  /** What a request comes to at a pool, or at all of them. */
  Found find(ClientRequest client) {
    RpcMessage request = client.message();
    return switch (request.method()) {
      case "server/discover" -> new Answer(greeting.discover(client));
      case "tools/list" -> lists.page(client, Kind.TOOL);
      case "prompts/list" -> lists.page(client, Kind.PROMPT);
      case "resources/list" -> lists.page(client, Kind.RESOURCE);
      case "resources/templates/list" -> lists.page(client, Kind.TEMPLATE);
      case "tools/call" -> named(client, Kind.TOOL, request.target(), request.nameSpan());
      case "prompts/get" -> named(client, Kind.PROMPT, request.target(), request.nameSpan());
      case "resources/read" -> named(client, Kind.RESOURCE, request.target(), request.uriSpan());
      case "completion/complete" -> completion(client);
      case "tasks/get", "tasks/update", "tasks/cancel" -> task(client);
      default ->
          client.address() instanceof OnePool pool
              ? new Candidates(pool.name(), memberIds(pool, client.scope()), request)
              : new Refusal(
                  RpcCode.METHOD_NOT_FOUND,
                  "Method not found: " + request.method() + " can't be sent to all pools");
    };
  }

  private Found completion(ClientRequest client) {
    RpcMessage request = client.message();
    String name = request.refName();
    String uri = request.refUri();
    if (uri != null) {
      boolean template = !offerings(client.address(), client.scope(), Kind.TEMPLATE, uri).isEmpty();
      Kind kind = template ? Kind.TEMPLATE : Kind.RESOURCE;
      return named(client, kind, uri, request.refUriSpan());
    }
    return named(client, Kind.PROMPT, name, request.refNameSpan());
  }

  private Found named(ClientRequest client, Kind kind, @Nullable String target, @Nullable Span at) {
    RpcMessage request = client.message();
    if (target == null || at == null) {
      return new Refusal(
          RpcCode.INVALID_PARAMS, request.method() + " needs params that say what it is for");
    }
    List<Offering> offerings = offerings(client.address(), client.scope(), kind, target);
    String withholder =
        offerings.isEmpty() && kind == Kind.TOOL ? withholder(client, target) : null;
    if (withholder != null) {
      return new Refusal(RpcCode.INVALID_PARAMS, Withheld.message(target, withholder));
    }
    if (client.address() instanceof AllPools && offerings.size() != 1) {
      return offerings.isEmpty() ? unknown(kind, target) : ambiguous(kind, target, offerings);
    }
    boolean named = kind == Kind.TOOL || kind == Kind.PROMPT;
    String own =
        offerings.isEmpty() || !named ? target : offerings.getFirst().capability().target();
    RpcMessage theirs = own.equals(target) ? request : renamed(request, at, own);
    return resumed(client.principal(), candidates(client, offerings, theirs), own);
  }

  private @Nullable String withholder(ClientRequest client, String tool) {
    PoolOffers offers = catalogue.now(client.scope());
    return switch (client.address()) {
      case OneConnection _ -> null;
      case OnePool pool -> offers.withholder(pool.name(), tool);
      case AllPools _ -> offers.withholder(tool);
    };
  }

  private Candidates candidates(
      ClientRequest client, List<Offering> offerings, RpcMessage request) {
    if (client.address() instanceof OnePool pool && offerings.isEmpty()) {
      // Something newer than the catalogue: the servers themselves know best.
      return new Candidates(pool.name(), memberIds(pool, client.scope()), request);
    }
    Offering first = offerings.getFirst();
    return new Candidates(
        first.pool(), offerings.size() == 1 ? first.connectionIds() : ids(offerings), request);
  }

  private static RpcMessage renamed(RpcMessage request, Span at, String name) {
    return RpcMessage.ofOwn(new Splice(request.json()).replace(at, Json.quote(name)).bytes());
  }

  /** A retry goes back to whom the state is from. */
  private Found resumed(Principal principal, Candidates candidates, String target) {
    RpcMessage request = candidates.request();
    Span state = request.requestStateSpan();
    if (state == null) {
      return candidates;
    }
    PoolSeals.Opened opened =
        seals.state(principal, String.valueOf(request.requestState()), target);
    return opened == null
        ? new Refusal(
            RpcCode.INVALID_PARAMS,
            "params.requestState is not what this request was answered with; call again without it")
        : restored(candidates.connectionIds(), request, state, opened);
  }

  private Found task(ClientRequest client) {
    RpcMessage request = client.message();
    Span at = request.taskIdSpan();
    String taskId = request.taskId();
    PoolSeals.Opened opened = taskId == null ? null : seals.task(client.principal(), taskId);
    if (at != null && opened != null) {
      List<Connection> members = members(client.address(), client.scope());
      return restored(members.stream().map(Connection::id).toList(), request, at, opened);
    }
    if (client.address() instanceof OnePool pool) {
      // What was not sealed for this client may be somebody else's: the server gets none of it, and
      // says what it says of a task that it does not know.
      RpcMessage nobodys = at == null ? request : renamed(request, at, NOBODYS);
      return new Candidates(pool.name(), memberIds(pool, client.scope()), nobodys);
    }
    return new Refusal(
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
