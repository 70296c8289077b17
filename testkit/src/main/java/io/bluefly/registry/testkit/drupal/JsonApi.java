package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Answers requests as Drupal with its module JSON:API: what is asked, by which method, by whom. */
final class JsonApi {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> SENDING = Set.of("POST", "PATCH");

  private final Conditions conditions;
  private final Links links;
  private final Credentials credentials;
  private final Access access;
  private final ConfigEntities configuration;
  private final Reads reads;
  private final Writes writes;
  private final ErrorDocuments errors;

  JsonApi(Conditions conditions, Nodes nodes, Links links, Traps<Runnable> between) {
    this.conditions = conditions;
    this.links = links;
    this.credentials = new Credentials(conditions);
    this.access = new Access(conditions);
    this.configuration = new ConfigEntities(conditions, links);
    this.reads = new Reads(nodes, links);
    this.writes = new Writes(nodes, links, between);
    this.errors = new ErrorDocuments(links);
  }

  Answer answer(Received request) {
    Optional<Target> target = target(request);
    if (target.isEmpty()) {
      return Answer.page(404, "Page not found");
    }
    try {
      checkMaintenance();
      return answer(request, target.get());
    } catch (Refusal refusal) {
      return errors.answer(refusal, request);
    }
  }

  private Optional<Target> target(Received request) {
    return conditions.jsonApi
        ? Target.of(request.path(), conditions.contentType)
        : Optional.empty();
  }

  private void checkMaintenance() {
    if (conditions.maintenance > 0) {
      throw Refusal.maintenance(conditions.maintenance);
    }
  }

  private Answer answer(Received request, Target target) {
    checkMethod(request, target);
    if (request.method().equals("OPTIONS")) {
      return Answer.options(target.options());
    }
    checkMediaType(request);
    checkParameters(request);
    return answer(request, target, credentials.visitor(request));
  }

  private void checkMethod(Received request, Target target) {
    String method = request.method();
    if (conditions.readOnly && !READING.contains(method)) {
      throw Refusal.notAllowed(
          "GET",
          "JSON:API is configured to accept only read operations. Site administrators can configure"
              + " this at "
              + links.to("/admin/config/services/jsonapi."));
    }
    if (!method.equals("OPTIONS") && !target.methods().contains(method)) {
      throw Refusal.notAllowed(
          target.allow(),
          "No route found for \"%s %s\": Method Not Allowed (Allow: %s)"
              .formatted(method, links.to(request), target.allow()));
    }
  }

  private static void checkMediaType(Received request) {
    String type = request.header("content-type").orElse("");
    if (SENDING.contains(request.method()) && !isJsonApi(type)) {
      throw Refusal.mediaType(type);
    }
  }

  private static boolean isJsonApi(String type) {
    return type.toLowerCase(Locale.ROOT).matches("application/vnd\\.api\\+json\\s*(;.*)?");
  }

  private static void checkParameters(Received request) {
    ListQuery.reserved(Query.read(request.query()))
        .ifPresent(name -> {
          throw Refusal.badParameter(name);
        });
  }

  private Answer answer(Received request, Target target, Visitor visitor) {
    Account account = visitor.account();
    Query query = Query.read(request.query());
    return switch (target) {
      case Target.Entry() -> Answer.json(200, configuration.entry(account));
      case Target.NodeTypes() -> Answer.json(200, configuration.nodeTypes(account, query));
      case Target.FieldConfigs() -> Answer.json(200, configuration.fieldConfigs(account, query));
      case Target.Collection() -> collection(request, visitor);
      case Target.Single(var id) -> single(request, visitor, reads.named(id, request.method()));
      case Target.Author(var id) -> author(visitor, reads.named(id, request.method()));
    };
  }

  private Answer collection(Received request, Visitor visitor) {
    if (READING.contains(request.method())) {
      return reads.list(request, visitor.account());
    }
    access.checkWrite(visitor, request);
    return writes.post(request, visitor.account());
  }

  private Answer single(Received request, Visitor visitor, Node node) {
    if (READING.contains(request.method())) {
      access.checkRead(visitor, node);
      return reads.single(request, node, visitor.account());
    }
    access.checkWrite(visitor, request);
    return request.method().equals("PATCH")
        ? writes.patch(request, visitor.account(), node)
        : writes.delete(node);
  }

  private Answer author(Visitor visitor, Node node) {
    access.checkRead(visitor, node);
    return reads.author(node);
  }
}
