package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bluefly.registry.drupal.Link;
import io.bluefly.registry.drupal.SyncReport;
import io.bluefly.registry.drupal.SyncStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pairs as rows, what they agreed on and reports as JSON. */
final class SqlSyncStore implements SyncStore {
  private static final Logger log = LoggerFactory.getLogger(SqlSyncStore.class);

  /** ASCII: PostgreSQL takes no U+0000 and no half of a character in a text. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  /** As long for each: they are sorted as texts. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final SqlDatabase database;

  SqlSyncStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public String registryName(String proposed) {
    return database.transact(handle -> {
      Optional<String> chosen =
          handle
              .createQuery("SELECT name FROM drupal_names WHERE chosen = 1")
              .mapTo(String.class)
              .findFirst();
      if (chosen.isEmpty()) {
        insertName(handle, proposed, 1);
      }
      return chosen.orElse(proposed);
    });
  }

  @Override
  public List<String> registryNames(String current, boolean keep) {
    return database.transact(handle -> {
      if (keep) {
        insertName(handle, current, 0);
      }
      List<String> others =
          handle
              .createQuery("SELECT name FROM drupal_names WHERE name <> :current ORDER BY name")
              .bind("current", current)
              .mapTo(String.class)
              .list();
      return Stream.concat(Stream.of(current), others.stream()).toList();
    });
  }

  private static void insertName(Handle handle, String name, int chosen) {
    handle
        .createUpdate(
            "INSERT INTO drupal_names (name, chosen) VALUES (:name, :chosen)"
                + " ON CONFLICT (name) DO NOTHING")
        .bind("name", name)
        .bind("chosen", chosen)
        .execute();
  }

  @Override
  public List<Link> loadLinks(String site) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM drupal_links WHERE site = :site ORDER BY connection_id")
            .bind("site", site)
            .map((row, _) -> link(row))
            .list());
  }

  private static Link link(ResultSet row) throws SQLException {
    return new Link(
        row.getString("site"),
        row.getString("node_id"),
        row.getString("connection_id"),
        row.getInt("deleted") != 0,
        base(row.getString("base")));
  }

  /** What can't be read was never in step: then the sync compares without it. */
  private static Map<String, Link.Agreed> base(String json) {
    try {
      return JSON.readValue(json, new TypeReference<Map<String, Link.Agreed>>() {});
    } catch (JsonProcessingException e) {
      log.warn("A pair of a connection and a Drupal node is damaged, and is compared anew", e);
      return Map.of();
    }
  }

  @Override
  public void saveLink(Link link) {
    String base = write(link.base());
    database.change(handle -> {
      handle
          .createUpdate(
              "DELETE FROM drupal_links"
                  + " WHERE site = :site AND (node_id = :node OR connection_id = :connection)")
          .bind("site", link.site())
          .bind("node", link.nodeId())
          .bind("connection", link.connectionId())
          .execute();
      handle
          .createUpdate(
              "INSERT INTO drupal_links (site, node_id, connection_id, deleted, base)"
                  + " VALUES (:site, :node, :connection, :deleted, :base)")
          .bind("site", link.site())
          .bind("node", link.nodeId())
          .bind("connection", link.connectionId())
          .bind("deleted", link.deleted() ? 1 : 0)
          .bind("base", base)
          .execute();
    });
  }

  @Override
  public void deleteLink(Link link) {
    database.change(handle ->
        handle
            .createUpdate("DELETE FROM drupal_links WHERE site = :site AND node_id = :node")
            .bind("site", link.site())
            .bind("node", link.nodeId())
            .execute());
  }

  @Override
  public List<SyncReport> loadSyncs(int most) {
    List<String> reports =
        database.read(handle ->
            handle
                .createQuery(
                    "SELECT report FROM drupal_syncs ORDER BY started_at DESC, id DESC LIMIT :most")
                .bind("most", most)
                .mapTo(String.class)
                .list());
    return reports.stream().flatMap(SqlSyncStore::report).toList();
  }

  private static Stream<SyncReport> report(String json) {
    try {
      return Stream.of(JSON.readValue(json, SyncReport.class));
    } catch (JsonProcessingException e) {
      log.warn("A report of a Drupal sync can't be read, and is left out", e);
      return Stream.empty();
    }
  }

  @Override
  public void saveSync(SyncReport report, int kept) {
    String json = write(report);
    database.change(handle -> {
      handle
          .createUpdate(
              "INSERT INTO drupal_syncs (id, started_at, report) VALUES (:id, :at, :report)"
                  + " ON CONFLICT (id) DO UPDATE SET report = excluded.report")
          .bind("id", report.syncId())
          .bind("at", TIME.format(report.startedAt()))
          .bind("report", json)
          .execute();
      handle
          .createUpdate(
              "DELETE FROM drupal_syncs WHERE id NOT IN"
                  + " (SELECT id FROM drupal_syncs ORDER BY started_at DESC, id DESC LIMIT :kept)")
          .bind("kept", kept)
          .execute();
    });
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record can always be written", e);
    }
  }
}
