package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.drupal.Interference.Loss;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * A Drupal site with content of the type {@code mcp_connection} on a port of this machine, and a
 * test's hands on it: those of an editor, of an administrator, and of a bad network.
 */
public final class DrupalSite implements AutoCloseable {
  /** May create, and edit and delete anyone's. */
  public static final String SYNC_KEY = "test-key-sync-0000000000000001";

  /** May read what is published. */
  public static final String READ_KEY = "test-key-read-0000000000000002";

  /** Of a user that may not use keys: whoever shows it stays anonymous. */
  public static final String NO_PERMISSION_KEY = "test-key-none-0000000000000003";

  /** May everything. */
  public static final String ADMIN_KEY = "test-key-admin-0000000000000000";

  /** Whose key {@link #SYNC_KEY} is, for basic_auth. */
  public static final String SYNC_USER = "mcp_sync";

  /** The password of {@link #SYNC_USER}. */
  public static final String SYNC_PASSWORD = "sync-pass-local";

  static final String NAME = "H Drupal Sync";

  private static final int RETRY_AFTER = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A request.
   *
   * @param path as it was sent
   * @param query as it was sent, without the question mark; empty when there is none
   * @param headers their names in lower case
   */
  public record Received(
      String method, String path, String query, Map<String, List<String>> headers, String body) {

    /** Copies. */
    public Received {
      headers = Map.copyOf(headers);
    }

    /**
     * The first value of a header.
     *
     * @param name in lower case
     */
    public Optional<String> header(String name) {
      return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** Whether it writes: POST, PATCH or DELETE. */
    public boolean writes() {
      return Traffic.WRITING.contains(method);
    }
  }

  /** An answer of a test's own. */
  public record Canned(int status, Map<String, String> headers, String body) {
    /** Copies. */
    public Canned {
      headers = Map.copyOf(headers);
    }
  }

  private final Conditions conditions = new Conditions();
  private final Interference interference = new Interference();
  private final Traffic traffic = new Traffic();
  private final Nodes nodes;
  private final SiteServer server;
  private final URI origin;

  private DrupalSite(InstantSource clock) throws IOException {
    nodes = new Nodes(clock);
    Links links = new Links(this::linked);
    Desk desk = new Desk(new JsonApi(conditions, nodes, links, interference.between), interference);
    server = new SiteServer(desk, traffic, conditions, clock);
    origin = URI.create("http://127.0.0.1:" + server.listen());
  }

  private URI linked() {
    URI other = conditions.linkOrigin;
    return other == null ? origin() : other;
  }

  /** Starts one without content; keys and basic_auth are good for it. */
  public static DrupalSite start() throws IOException {
    return start(InstantSource.system());
  }

  /** The same, by another clock, of which it takes whole seconds. */
  public static DrupalSite start(InstantSource clock) throws IOException {
    return new DrupalSite(clock);
  }

  /** Where it listens: {@code http://127.0.0.1:port}. */
  public URI origin() {
    return origin;
  }

  /** An editor makes content, and publishes it. The title is needed; the rest is not checked. */
  public UUID create(Map<String, ?> attributes) {
    return create(UUID.randomUUID(), attributes);
  }

  /** The same, under an id that is not taken. */
  public UUID create(UUID id, Map<String, ?> attributes) {
    Map<String, JsonNode> fields = fields(attributes);
    if (!fields.containsKey(ContentType.TITLE)) {
      throw new IllegalArgumentException("content needs a title");
    }
    return nodes.add(id, Account.ADMIN, ContentType.filled(fields), true).id();
  }

  /** An editor saves these attributes now, whether they differ or not. */
  public void edit(UUID id, Map<String, ?> attributes) {
    nodes.edit(id, fields(attributes));
  }

  /** An editor deletes it. */
  public void delete(UUID id) {
    nodes.remove(id);
  }

  /** An editor publishes it now, or takes it back. */
  public void publish(UUID id, boolean published) {
    nodes.publish(id, published);
  }

  private static Map<String, JsonNode> fields(Map<String, ?> attributes) {
    ObjectNode sent = JSON.valueToTree(attributes);
    return new Payload(Optional.empty(), sent).fields();
  }

  /** Copies of all content as {@code {"id": …, "attributes": {…}}}, oldest first. */
  public List<ObjectNode> nodes() {
    return nodes.byNumber().stream().map(DrupalSite::described).toList();
  }

  /** A copy of one, as {@link #nodes} gives it. */
  public Optional<ObjectNode> node(UUID id) {
    return nodes.find(id).map(DrupalSite::described);
  }

  private static ObjectNode described(Node node) {
    ObjectNode described = Documents.object().put("id", node.id().toString());
    described.set("attributes", NodeDocuments.attributes(node));
    return described;
  }

  /** 503 for everything, to be asked again in 8 seconds. */
  public void maintenance(boolean on) {
    maintenance(on, RETRY_AFTER);
  }

  /**
   * 503 for everything.
   *
   * @param seconds of {@code Retry-After}, at least 1
   */
  public void maintenance(boolean on, int seconds) {
    conditions.maintenance = on ? Math.max(1, seconds) : 0;
  }

  /** {@code jsonapi.settings:read_only}: writes are answered 405. */
  public void readOnly(boolean on) {
    conditions.readOnly = on;
  }

  /** Whether the module JSON:API is installed. Without: a page that says 404. */
  public void jsonApi(boolean installed) {
    conditions.jsonApi = installed;
  }

  /** Whether the content type is installed. Without: 404, and the entry point does not list it. */
  public void contentType(boolean installed) {
    conditions.contentType = installed;
  }

  /** Whether basic_auth is installed, which makes 401 of some 403. */
  public void basicAuth(boolean installed) {
    conditions.basicAuth = installed;
  }

  /** The header in which key_auth looks for a key, {@code X-API-Key} at first. */
  public void keyHeader(String name) {
    conditions.keyHeader = name.toLowerCase(Locale.ROOT);
  }

  /** Whether {@code Authorization: Bearer <key>} is taken for the key, too. */
  public void bearer(boolean accepted) {
    conditions.bearer = accepted;
  }

  /** From now on an answer goes out so long after the request was handled. */
  public void delay(Duration each) {
    conditions.delay = each;
  }

  /** What the site takes for its own address, as behind a proxy: all links begin with it. */
  public void linkOrigin(URI other) {
    conditions.linkOrigin = other;
  }

  /** What it was asked, oldest first, answered or not. */
  public List<Received> received() {
    return traffic.received();
  }

  /** Forgets what it was asked. */
  public void forget() {
    traffic.forget();
  }

  /** How many POST, PATCH and DELETE there were since the start or {@link #forget}. */
  public int writes() {
    return traffic.writes();
  }

  /** How many requests were being answered at once at most since {@link #forget}. */
  public int mostAtOnce() {
    return traffic.most();
  }

  /** Once, right before such a request is handled. */
  public void before(Predicate<Received> which, Runnable then) {
    interference.before.set(which, 1, then);
  }

  /**
   * Once, after such a PATCH has read the node, and before it writes: a true race. The PATCH then
   * goes by what it has read.
   */
  public void between(Predicate<Received> which, Runnable then) {
    interference.between.set(which, 1, then);
  }

  /** Once, after such a request was handled, and before it is answered. */
  public void after(Predicate<Received> which, Runnable then) {
    interference.after.set(which, 1, then);
  }

  /** Such requests are not handled, but answered like this. */
  public void answer(Predicate<Received> which, int times, Canned answer) {
    interference.canned.set(which, times, answer);
  }

  /** Such requests are handled, and then answered with 500 and a page. */
  public void loseAnswer(Predicate<Received> which, int times) {
    interference.losses.set(which, times, Loss.ERROR_PAGE);
  }

  /** Such requests are handled, and then their connection is closed without an answer. */
  public void hangUp(Predicate<Received> which, int times) {
    interference.losses.set(which, times, Loss.HANG_UP);
  }

  @Override
  public void close() {
    server.close();
  }
}
