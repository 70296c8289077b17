package io.bluefly.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The floors of the service: imports point down, and sideways only as listed. */
@AnalyzeClasses(
    packages = "io.bluefly.registry",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.bluefly.registry.";
  private static final List<String> FLOOR_0 =
      List.of("audit", "config", "protocol", "events", "metrics", "security", "telemetry");

  private static final List<String> CLIENTS =
      List.of(
          "io.vertx.core.http.HttpClient",
          "io.vertx.core.http.HttpClientAgent",
          "io.vertx.core.http.WebSocketClient",
          "io.vertx.core.net.NetClient",
          "java.net.URL",
          "java.net.Socket",
          "java.nio.channels.SocketChannel");
  private static final List<String> CONNECTING =
      List.of("request", "connect", "webSocket", "open", "openConnection", "openStream");

  /** Each package and what it may import beside itself and floor 0. */
  private static final Map<String, List<String>> ALLOWED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("connections", List.of()),
              Map.entry("upstream", List.of("connections")),
              Map.entry("capabilities", List.of("connections", "upstream")),
              Map.entry("health", List.of("connections", "upstream")),
              Map.entry("balancing", List.of("connections", "upstream", "capabilities", "health")),
              Map.entry(
                  "gateway",
                  List.of("connections", "upstream", "capabilities", "health", "balancing")),
              Map.entry("transfer", List.of("connections", "capabilities")),
              Map.entry("drupal", List.of("connections", "upstream", "capabilities", "health")),
              Map.entry(
                  "timeline",
                  List.of("connections", "upstream", "capabilities", "health", "balancing")),
              Map.entry(
                  "api",
                  List.of(
                      "connections",
                      "upstream",
                      "capabilities",
                      "health",
                      "balancing",
                      "gateway",
                      "timeline",
                      "stream",
                      "transfer",
                      "drupal")),
              Map.entry(
                  "persistence", List.of("connections", "capabilities", "balancing", "drupal")),
              Map.entry(
                  "stream",
                  List.of("connections", "upstream", "capabilities", "health", "balancing")),
              Map.entry("web", List.of())));

  @ArchTest static final ArchRule FLOOR_0_IMPORTS_NOTHING = floorZero();

  @ArchTest static final ArchRule HIGHER_FLOORS_IMPORT_WHAT_IS_LISTED = higherFloors();

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule THE_DATA_PLANE_KNOWS_NO_JSON_TREE_AND_NO_DATABASE =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + "gateway..", ROOT + "protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.fasterxml.jackson.databind..", "java.sql..", "org.jdbi..");

  @ArchTest
  static final ArchRule ONLY_PERSISTENCE_KNOWS_SQL =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "persistence..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "org.jdbi..", "org.flywaydb..");

  @ArchTest
  static final ArchRule ONLY_TELEMETRY_KNOWS_OPENTELEMETRY =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "telemetry..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.opentelemetry..");

  /** These ask the egress guard; who would connect besides them would pass it by. */
  @ArchTest
  static final ArchRule ONLY_FEW_CLASSES_CONNECT_TO_OTHERS =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "testkit..")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "upstream.HttpWires")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "upstream.HttpExchange")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "upstream.WebSocketChannel")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "upstream.GuardedFetcher")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "drupal.DrupalHttp")
          .and()
          .doNotHaveFullyQualifiedName(ROOT + "app.ArchiveTraining")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "connects",
                  call ->
                      CLIENTS.contains(call.getTargetOwner().getName())
                          && CONNECTING.contains(call.getTarget().getName())))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net.http..");

  private static ArchRule floorZero() {
    List<ArchRule> rules = new ArrayList<>();
    for (String name : FLOOR_0) {
      rules.add(
          classes()
              .that()
              .resideInAPackage(ROOT + name)
              .should()
              .onlyDependOnClassesThat(outsideOr(List.of(name))));
    }
    return CompositeArchRule.of(rules);
  }

  private static ArchRule higherFloors() {
    List<ArchRule> rules = new ArrayList<>();
    ALLOWED.forEach((name, allowed) -> {
      List<String> all = new ArrayList<>(FLOOR_0);
      all.addAll(allowed);
      all.add(name);
      rules.add(
          classes()
              .that()
              .resideInAPackage(ROOT + name)
              .should()
              .onlyDependOnClassesThat(outsideOr(all)));
    });
    return CompositeArchRule.of(rules);
  }

  private static DescribedPredicate<JavaClass> outsideOr(List<String> packages) {
    return DescribedPredicate.describe(
        "are no part of the service or are in " + packages,
        type ->
            !type.getPackageName().startsWith(ROOT)
                || packages.contains(type.getPackageName().substring(ROOT.length())));
  }
}
