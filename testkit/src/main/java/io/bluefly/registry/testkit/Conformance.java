package io.bluefly.registry.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The official conformance suite ({@code @modelcontextprotocol/conformance}), run with the Node
 * that npm has installed for it.
 */
public final class Conformance {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SET = Duration.ofMinutes(5);
  private static final Duration SCENARIO = Duration.ofMinutes(1);
  private static final String NOTHING_CHECKED = "Passed: 0/0";
  private static final String SUITE = "node_modules/@modelcontextprotocol/conformance";

  private Conformance() {}

  /**
   * What became of a scenario.
   *
   * @param required whether the requirement set demands it; others are reported only
   * @param failures the checks that failed, with their reasons; empty when it passed
   * @param warnings what the suite would like better
   */
  public record Result(boolean required, List<String> failures, List<String> warnings) {
    public Result {
      failures = List.copyOf(failures);
      warnings = List.copyOf(warnings);
    }

    /** Whether nothing failed. */
    public boolean passed() {
      return failures.isEmpty();
    }
  }

  /**
   * Runs a requirement set, such as {@code 2026-07-28}, against a server.
   *
   * @return the results by scenario, also of the set's unscored ones
   */
  public static Map<String, Result> server(URI url, String requirementSet)
      throws IOException, InterruptedException {
    return server(url, requirementSet, List.of());
  }

  /** The same, and scenarios beside the set, at the set's protocol version; none is required. */
  public static Map<String, Result> server(
      URI url, String requirementSet, List<String> moreScenarios)
      throws IOException, InterruptedException {
    Map<String, Result> results =
        inFolder(folder -> {
          ProcessGroup.Finished finished =
              run(
                  folder,
                  SET,
                  Map.of(),
                  List.of("server", "--url", url.toString(), "--requirements", requirementSet));
          return results(folder, "server-", Requirements.of(requirementSet), finished);
        });
    for (String scenario : moreScenarios) {
      results.putAll(one(url, requirementSet, scenario));
    }
    return results;
  }

  private static Map<String, Result> one(URI url, String version, String scenario)
      throws IOException, InterruptedException {
    return inFolder(folder -> {
      ProcessGroup.Finished finished =
          run(
              folder,
              SCENARIO,
              Map.of(),
              List.of(
                  "server",
                  "--url",
                  url.toString(),
                  "--scenario",
                  scenario,
                  "--spec-version",
                  version,
                  "--force"));
      return results(folder, "server-", Map.of(scenario, false), finished);
    });
  }

  /**
   * Runs scenarios against a client, one after the other.
   *
   * @param command the client; it gets the URL of the suite's server as its last argument and the
   *     scenario in {@code MCP_CONFORMANCE_SCENARIO}
   * @param version the protocol version, such as {@code 2026-07-28}
   * @param environment variables for the client
   * @return the results by scenario; all of them are required
   */
  public static Map<String, Result> client(
      List<String> command, String version, List<String> scenarios, Map<String, String> environment)
      throws IOException, InterruptedException {
    Map<String, Result> results = new LinkedHashMap<>();
    for (String scenario : scenarios) {
      results.putAll(
          inFolder(folder -> client(folder, shell(command), version, scenario, environment)));
    }
    return results;
  }

  private static Map<String, Result> client(
      Path folder, String command, String version, String scenario, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessGroup.Finished finished =
        run(
            folder,
            SCENARIO,
            environment,
            List.of(
                "client", "--command", command, "--scenario", scenario, "--spec-version", version));
    Map<String, Result> results = results(folder, "", Map.of(scenario, true), finished);
    // That the client itself failed, or did nothing at all, stands in no check.
    if (finished.exitCode() != 0 || finished.output().contains(NOTHING_CHECKED)) {
      results.computeIfPresent(
          scenario,
          (_, result) ->
              result.passed()
                  ? new Result(true, List.of(finished.tail()), result.warnings())
                  : result);
    }
    return results;
  }

  /** The suite hands the command to a shell. */
  private static String shell(List<String> command) {
    return command.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  private static ProcessGroup.Finished run(
      Path folder, Duration limit, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Npm.node22(), Npm.folder().resolve(SUITE + "/dist/index.js").toString()));
    command.addAll(arguments);
    command.addAll(List.of("-o", folder.resolve("results").toString()));
    return ProcessGroup.run(command, environment, folder, limit);
  }

  private static Map<String, Result> results(
      Path folder, String prefix, Map<String, Boolean> expected, ProcessGroup.Finished finished)
      throws IOException {
    Map<String, Path> written = written(folder.resolve("results"), prefix);
    Map<String, Result> results = new TreeMap<>();
    for (Map.Entry<String, Boolean> scenario : expected.entrySet()) {
      Path checks = written.get(scenario.getKey());
      results.put(
          scenario.getKey(),
          checks == null
              ? new Result(scenario.getValue(), List.of("no result: " + finished.tail()), List.of())
              : result(scenario.getValue(), JSON.readTree(checks.toFile())));
    }
    return results;
  }

  /** The files of checks by scenario: each lies in a folder of its name and the time. */
  private static Map<String, Path> written(Path folder, String prefix) throws IOException {
    Map<String, Path> written = new TreeMap<>();
    if (!Files.isDirectory(folder)) {
      return written;
    }
    try (Stream<Path> folders = Files.walk(folder)) {
      folders
          .filter(at -> Files.exists(at.resolve("checks.json")))
          .forEach(at -> {
            String name = folder.relativize(at).toString();
            String scenario = name.replaceFirst("-\\d{4}-\\d{2}-\\d{2}T[-\\d]+Z$", "");
            written.put(scenario.substring(prefix.length()), at.resolve("checks.json"));
          });
    }
    return written;
  }

  private static Result result(boolean required, JsonNode checks) {
    return new Result(required, texts(checks, "FAILURE"), texts(checks, "WARNING"));
  }

  private static List<String> texts(JsonNode checks, String status) {
    List<String> texts = new ArrayList<>();
    for (JsonNode check : checks) {
      if (check.path("status").asText().equals(status)) {
        texts.add(
            check.path("id").asText()
                + ": "
                + check.path("errorMessage").asText(check.path("description").asText()));
      }
    }
    return texts;
  }

  /** What the suite demands of servers. */
  private static final class Requirements {
    private Requirements() {}

    /** The server scenarios of a set, and whether each counts. */
    static Map<String, Boolean> of(String set) throws IOException {
      Map<String, Boolean> scenarios = new TreeMap<>();
      String section = "";
      String scenario = "";
      Path file = Npm.folder().resolve(SUITE + "/requirements/" + set + ".yaml");
      for (String line : Files.readAllLines(file)) {
        String text = line.strip();
        if (line.matches("\\w+:.*")) {
          section = text;
        } else if (section.equals("server:") && text.startsWith("- ")) {
          scenarios.put(text.substring("- ".length()), true);
        } else if (text.startsWith("- scenario: ")) {
          scenario = text.substring("- scenario: ".length());
        } else if (section.equals("not_scored:") && text.equals("leg: server")) {
          scenarios.put(scenario, false);
        }
      }
      return scenarios;
    }
  }

  private interface InFolder {
    Map<String, Result> run(Path folder) throws IOException, InterruptedException;
  }

  private static Map<String, Result> inFolder(InFolder work)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("conformance");
    try {
      return work.run(folder);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
