package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Shows content as clients ask. */
final class Reads {
  private final Nodes nodes;
  private final NodeDocuments documents;
  private final Links links;

  Reads(Nodes nodes, Links links) {
    this.nodes = nodes;
    this.documents = new NodeDocuments(links);
    this.links = links;
  }

  /** The node that a path names; this comes before any question of access. */
  Node named(Optional<UUID> id, String method) {
    return id.flatMap(nodes::find).orElseThrow(() -> missing(method));
  }

  static Refusal missing(String method) {
    boolean reads = method.equals("GET") || method.equals("HEAD");
    return Refusal.notFound(
        "The \"entity\" parameter was not converted for the path \""
            + Target.COLLECTION
            + "/{entity}\" (route name: \"jsonapi."
            + ContentType.TYPE
            + ".individual"
            + (reads ? "" : "." + method.toLowerCase(Locale.ROOT))
            + "\")");
  }

  Answer single(Received request, Node node, Account account) {
    Query query = Query.read(request.query());
    return Answer.json(
        200, documents.single(node, query, account, links.to(node) + query.sorted()));
  }

  Answer author(Node node) {
    return Answer.json(200, documents.author(node));
  }

  Answer list(Received request, Account account) {
    ListQuery list = ListQuery.read(Query.read(request.query()));
    return Answer.json(
        200, documents.list(list, list.matching(nodes.byRevision(), account), account));
  }
}
