package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nodes of a site over core JSON:API, as Drupal 10 and 11 have it. It may be asked by several
 * threads at once.
 *
 * @see <a href="https://www.drupal.org/docs/core-modules-and-themes/core-modules/jsonapi-module">
 *     JSON:API module</a>
 */
final class Nodes {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;

  /** More is not given out at once. */
  private static final int PAGE = 50;

  private static final int MAX_NODES = 20_000;
  private static final long MAX_BYTES = 128L * 1024 * 1024;
  private static final Pattern UUID = Pattern.compile("[0-9a-fA-F-]{36}");
  private static final Pattern NODE =
      Pattern.compile("/node/mcp_connection/([0-9a-fA-F-]{36})(?:$|[?#])");

  private final SiteClient client;
  private final Runnable onWrite;
  private final String collection;

  /**
   * Those of the client's site.
   *
   * @param onWrite is told of each that was written, or may have been
   */
  Nodes(SiteClient client, Runnable onWrite) {
    this.client = client;
    this.onWrite = onWrite;
    this.collection = client.site().address().jsonApi() + "/node/mcp_connection";
  }

  /**
   * Finds out whether the site knows the key and has the content type: without a key it answers,
   * too, and shows no nodes or those that are for everybody.
   */
  void probe() throws SiteException {
    SiteAnswer answer = client.get(client.site().address().jsonApi());
    if (!answer.isOk()) {
      throw client.refusal(answer, SyncError.Reason.SITE_ERROR);
    }
    if (!answer.body().path("meta").path("links").has("me")) {
      throw new SiteException(
          SyncError.Reason.KEY_REFUSED,
          "The site does not know the key: check it, the header that the site reads keys from"
              + " (mcp-registry.drupal.credential says which one is sent), and that the user of the"
              + " key is active and may 'use key authentication'");
    }
    if (!answer.body().path("links").has(Node.RESOURCE)) {
      throw new SiteException(
          SyncError.Reason.CONTENT_TYPE_MISSING,
          "The site has no content type 'mcp_connection': install the module mcp_registry there"
              + " (integrations/drupal)");
    }
  }

  /**
   * All nodes that the key may see.
   *
   * @param hidden ids of nodes that the site says that it leaves out
   * @param complete whether it says which ones it leaves out, if any
   */
  record Inventory(Map<String, Node> nodes, Set<String> hidden, boolean complete) {
    /** What the list says of a node. */
    Found found(String id) {
      Node node = nodes.get(id);
      return node != null
          ? new Found.Present(node)
          : hidden.contains(id) ? new Found.Hidden() : new Found.Gone();
    }
  }

  Inventory inventory() throws SiteException {
    Map<String, Node> nodes = new LinkedHashMap<>();
    Set<String> hidden = new HashSet<>();
    Set<String> asked = new HashSet<>();
    boolean complete = true;
    long bytes = 0;
    String target = collection + firstPage();
    while (!target.isEmpty()) {
      if (!asked.add(target) || nodes.size() > MAX_NODES || bytes > MAX_BYTES) {
        throw new SiteException(
            SyncError.Reason.NOT_JSON_API,
            "The list of nodes is too long: its links lead in a circle, there are more than "
                + MAX_NODES
                + ", or they have more than "
                + MAX_BYTES
                + " bytes");
      }
      SiteAnswer page = client.get(target);
      if (!page.isOk() || !page.body().path("data").isArray()) {
        throw client.refusal(page, SyncError.Reason.SITE_ERROR);
      }
      for (JsonNode resource : page.body().path("data")) {
        if (isNode(resource)) {
          Node node = node(resource, page);
          nodes.put(node.id(), node);
        }
      }
      bytes += page.bytes();
      complete &= addOmitted(page.body().path("meta").path("omitted"), hidden);
      target = next(page.body().path("links").path("next").path("href").asText(""));
    }
    return new Inventory(nodes, hidden, complete);
  }

  /** Adds what a page leaves out. False: it does not say what. */
  private static boolean addOmitted(JsonNode omitted, Set<String> hidden) {
    if (omitted.isMissingNode()) {
      return true;
    }
    int before = hidden.size();
    for (JsonNode link : omitted.path("links")) {
      Matcher node = NODE.matcher(link.path("href").asText(""));
      if (node.find()) {
        hidden.add(node.group(1));
      }
    }
    return hidden.size() > before;
  }

  private static String firstPage() {
    return "?"
        + encoded("page[limit]")
        + "="
        + PAGE
        + "&sort=drupal_internal__nid&"
        + encoded("fields[" + Node.RESOURCE + "]")
        + "="
        + encoded(String.join(",", Node.READ));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Of a link only path and query count: the key goes to the site that it was meant for. */
  private static String next(String href) throws SiteException {
    if (href.isEmpty()) {
      return "";
    }
    try {
      URI uri = new URI(href);
      String path = uri.getRawPath();
      if (path != null && path.startsWith("/")) {
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
      }
    } catch (URISyntaxException e) {
      // Said below, as of any that leads nowhere.
    }
    throw new SiteException(
        SyncError.Reason.NOT_JSON_API, "The link to the next page of nodes is no address");
  }

  private static boolean isNode(JsonNode resource) {
    return UUID.matcher(resource.path("id").asText("")).matches()
        && resource.path("attributes").isObject();
  }

  /** An empty field is there, as null or []: one that is not must not be read as emptied. */
  private static Node node(JsonNode resource, SiteAnswer answer) throws SiteException {
    for (String field : Node.READ) {
      if (!resource.path("attributes").has(field)) {
        throw new SiteException(
            SyncError.Reason.CONTENT_TYPE_MISSING,
            "The content type 'mcp_connection' lacks the field "
                + field
                + ", or the user of the key may not see it: compare it with the module"
                + " mcp_registry; nothing more was changed");
      }
    }
    return new Node(
        resource.path("id").asText(), (ObjectNode) resource.path("attributes"), answer.date());
  }

  /** What came of looking for a node. */
  sealed interface Found {
    /** It is there. */
    record Present(Node node) implements Found {}

    /** It is there, but not for this key: an editor has unpublished it. */
    record Hidden() implements Found {}

    /** There is none. */
    record Gone() implements Found {}
  }

  Found find(String id) throws SiteException, ItemException {
    try {
      SiteAnswer answer = client.ask(HttpMethod.GET, collection + "/" + id, null);
      if (answer.status() == NOT_FOUND) {
        return new Found.Gone();
      }
      if (answer.status() == FORBIDDEN) {
        return new Found.Hidden();
      }
      return new Found.Present(written(answer));
    } catch (LostException e) {
      throw e.asItemError();
    }
  }

  /** What came of writing. */
  sealed interface Written {
    /** It is as it was to be. */
    record Done(Node node) implements Written {}

    /** There is a node of this id already. */
    record Taken() implements Written {}

    /** Somebody has changed it since it was read. */
    record Overtaken() implements Written {}

    /** It is not there any more. */
    record Gone() implements Written {}

    /** Nobody knows whether it was written. */
    record Lost(LostException why) implements Written {}
  }

  Written create(String id, ObjectNode attributes) throws SiteException, ItemException {
    return write(HttpMethod.POST, collection, id, attributes);
  }

  /** Changes a node, unless it is another by now than that which was read. */
  Written update(Node node, ObjectNode attributes) throws SiteException, ItemException {
    ObjectNode locked = attributes.deepCopy();
    locked.set(Node.CHANGED, node.attribute(Node.CHANGED));
    return write(HttpMethod.PATCH, collection + "/" + node.id(), node.id(), locked);
  }

  private Written write(HttpMethod method, String target, String id, ObjectNode attributes)
      throws SiteException, ItemException {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .putObject("data")
        .put("type", Node.RESOURCE)
        .put("id", id)
        .set("attributes", attributes);
    try {
      SiteAnswer answer = client.ask(method, target, document);
      if (answer.isOk()) {
        onWrite.run();
      }
      return switch (answer.status()) {
        case NOT_FOUND -> new Written.Gone();
        case CONFLICT -> new Written.Taken();
        default ->
            isOvertaken(answer) ? new Written.Overtaken() : new Written.Done(written(answer));
      };
    } catch (LostException e) {
      onWrite.run(); // Perhaps.
      return new Written.Lost(e);
    }
  }

  /** In a race the whole node is what is wrong, not the time that was sent. */
  private static boolean isOvertaken(SiteAnswer answer) {
    return switch (answer.status()) {
      case FORBIDDEN -> answer.pointer().equals("/data/attributes/changed");
      case UNPROCESSABLE -> answer.pointer().equals("/data");
      default -> false;
    };
  }

  /**
   * Deletes a node; also when it is gone already. There is no lock on that, so it is done soon or
   * not at all.
   *
   * @return false when the site wants a pause first: then it is to be looked at again
   */
  boolean delete(String id) throws SiteException, ItemException {
    try {
      SiteAnswer answer = client.askSoon(HttpMethod.DELETE, collection + "/" + id);
      if (answer == null) {
        return false;
      }
      if (answer.isOk()) {
        onWrite.run();
      } else if (answer.status() != NOT_FOUND) {
        throw client.itemRefusal(answer);
      }
    } catch (LostException e) {
      onWrite.run(); // Perhaps.
      if (!(find(id) instanceof Found.Gone)) {
        throw e.asItemError();
      }
    }
    return true;
  }

  private Node written(SiteAnswer answer) throws SiteException, ItemException {
    JsonNode resource = answer.body().path("data");
    if (!answer.isOk() || !isNode(resource)) {
      throw client.itemRefusal(answer);
    }
    return node(resource, answer);
  }
}
