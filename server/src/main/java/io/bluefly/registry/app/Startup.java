package io.bluefly.registry.app;

import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.SettingRules;
import io.bluefly.registry.config.Version;
import io.bluefly.registry.drupal.DrupalSettings;
import io.bluefly.registry.drupal.DrupalSyncs;
import io.bluefly.registry.drupal.Schedules;
import io.bluefly.registry.drupal.SiteRules;
import io.bluefly.registry.persistence.SqlDatabase;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.AdminKey;
import io.bluefly.registry.security.CommandPolicy;
import io.bluefly.registry.security.CommandRefusedException;
import io.bluefly.registry.security.CommandSettings.LimitSettings;
import io.bluefly.registry.security.EgressSettings;
import io.bluefly.registry.security.Fetcher;
import io.bluefly.registry.security.Oidc;
import io.bluefly.registry.security.ProcessLimits;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Sandbox;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.SecretFiles;
import io.bluefly.registry.security.SecretProvider;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the start that can fail by their settings, each with a sentence that says how. */
final class Startup {
  private static final Logger log = LoggerFactory.getLogger(Startup.class);

  /** What the field of a node holds. */
  private static final int MAX_REGISTRY_NAME = 128;

  private Startup() {}

  /** Without a key only this machine may speak to the registry. */
  static void refuseOpenDoor(RegistrySettings settings) {
    if (!settings.security().auth() && !isLoopback(settings.host())) {
      throw new ConfigException(
          "With auth off the registry listens on loopback only: set host to 127.0.0.1, or auth to"
              + " true");
    }
  }

  /** What can't work is refused before anything is opened. */
  static void refuseOutOfRange(RegistrySettings settings) {
    LimitRules.check(settings.limits());
    SettingRules gateway = new SettingRules("mcp-registry.gateway");
    gateway.atLeast(1, "max-sessions", settings.gateway().maxSessions());
    gateway.atLeast(0, "max-sessions-per-key", settings.gateway().maxSessionsPerKey());
    SettingRules metrics = new SettingRules("mcp-registry.metrics");
    metrics.atLeastMillis(1, "usage-expiry", settings.metrics().usageExpiry());
    metrics.atLeastMillis(100, "save-interval", settings.metrics().saveInterval());
    metrics.atLeast(1, "max-pools", settings.metrics().maxPools());
    SettingRules audit = new SettingRules("mcp-registry.audit");
    audit.atLeast(4_096, "max-file-size", settings.audit().maxFileSize());
    audit.atLeast(1, "max-files", settings.audit().maxFiles());
    SettingRules telemetry = new SettingRules("mcp-registry.telemetry");
    telemetry.share("sample-ratio", settings.telemetry().sampleRatio());
    telemetry.atLeastMillis(100, "metrics-interval", settings.telemetry().metricsInterval());
    SettingRules health = new SettingRules("mcp-registry.health");
    health.atLeast(1, "degraded-after", settings.health().degradedAfter());
    health.atLeast(1, "unhealthy-after", settings.health().unhealthyAfter());
    health.atLeast(1, "recovered-after", settings.health().recoveredAfter());
    health.share("degraded-error-rate", settings.health().degradedErrorRate());
    health.atLeast(0, "flaps-after", settings.health().flapsAfter());
    health.atLeastMillis(1_000, "flap-half-life", settings.health().flapHalfLife());
    health.atLeastMillis(100, "batch-timeout", settings.health().batchTimeout());
    SettingRules drupal = new SettingRules("mcp-registry.drupal");
    drupal.atLeastMillis(100, "timeout", settings.drupal().timeout());
    drupal.atLeastMillis(0, "patience", settings.drupal().patience());
    SettingRules limits = new SettingRules("mcp-registry.commands.limits");
    LimitSettings processes = settings.commands().limits();
    processes.memoryMb().ifPresent(value -> limits.atLeast(16, "memory-mb", value));
    processes.cpuSeconds().ifPresent(value -> limits.atLeast(1, "cpu-seconds", value));
    processes.openFiles().ifPresent(value -> limits.atLeast(16, "open-files", value));
  }

  static Secrets openSecrets(RegistrySettings settings, Map<String, String> environment) {
    SecretProvider values = new SecretFiles(settings.security().secretsDir());
    try {
      return new Secrets(
          settings.security().secrets().orElse(List.of()), values.orElse(environment::get));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("The setting mcp-registry.secrets: " + e.getMessage());
    }
  }

  /** Who listens on loopback serves this machine, and may reach it. */
  static AddressRules addressRules(RegistrySettings settings) {
    EgressSettings egress = settings.egress();
    boolean loopback = egress.loopback().orElseGet(() -> isLoopback(settings.host()));
    try {
      return AddressRules.of(loopback, egress.allowed().orElse(List.of()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("The setting mcp-registry.egress.allowed: " + e.getMessage());
    }
  }

  /** Which Drupal sites may be synced with. */
  static SiteRules siteRules(RegistrySettings settings) {
    DrupalSettings drupal = settings.drupal();
    boolean good =
        drupal
            .registryName()
            .map(name -> name.length() <= MAX_REGISTRY_NAME && name.equals(name.strip()))
            .orElse(true);
    if (!good) {
      throw new ConfigException(
          "The setting mcp-registry.drupal.registry-name must have 128 characters at most, and no"
              + " blanks around them");
    }
    try {
      return new SiteRules(drupal.origins().orElse(List.of()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("The setting mcp-registry.drupal.origins: " + e.getMessage());
    }
  }

  static Schedules schedules(DrupalSyncs syncs, SiteRules rules, RegistrySettings settings) {
    try {
      return new Schedules(syncs, rules, settings.drupal(), System::nanoTime);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  /** Keys and answers can be read on the way, which an operator may want: a proxy may encrypt. */
  static void warnOfPlainText(RegistrySettings settings) {
    if (settings.tls().certificate().isEmpty() && !isLoopback(settings.host())) {
      log.warn(
          "Listening on {} without TLS: keys can be read on the way, unless a proxy encrypts; set"
              + " mcp-registry.tls.certificate and mcp-registry.tls.key",
          settings.host());
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException("The host '" + host + "' is no address of this machine");
    }
  }

  static void createFolder(Path folder) {
    try {
      if (!Files.exists(folder)) {
        createForOwner(folder);
      }
    } catch (IOException e) {
      throw new ConfigException(
          "The data directory " + folder + " can't be created; choose another with --data-dir");
    }
    if (!Files.isWritable(folder)) {
      throw new ConfigException(
          "The data directory " + folder + " can't be written; choose another with --data-dir");
    }
  }

  /** What is in it is nobody else's: secrets, sessions, who does what. */
  private static void createForOwner(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  static SqlDatabase openDatabase(RegistrySettings settings) {
    Optional<String> url = settings.database().url();
    return url.isPresent()
        ? SqlDatabase.postgres(url.get())
        : SqlDatabase.sqlite(settings.dataDir());
  }

  static Path keyFile(RegistrySettings settings) {
    return settings.dataDir().resolve("admin.key");
  }

  static String readKey(RegistrySettings settings) {
    try {
      return AdminKey.loadOrCreate(keyFile(settings));
    } catch (IOException e) {
      throw new ConfigException(
          "The key " + keyFile(settings) + " can't be read or written: " + e.getMessage());
    }
  }

  static Sealer readSealer(RegistrySettings settings) {
    Path file = settings.dataDir().resolve("sealing.key");
    try {
      return Sealer.loadOrCreate(file);
    } catch (IOException e) {
      throw new ConfigException("The key " + file + " can't be read or written: " + e.getMessage());
    }
  }

  /**
   * What binds the processes of connections. A sandbox that is required must be possible.
   *
   * @param file the settings file, which may hold a password of the database
   */
  static ProcessRules readRules(
      RegistrySettings settings, Map<String, String> environment, @Nullable Path file) {
    List<Path> secret =
        new ArrayList<>(List.of(settings.dataDir(), settings.security().secretsDir()));
    settings.tls().key().ifPresent(secret::add);
    if (file != null) {
      secret.add(file);
    }
    try {
      Sandbox sandbox = new Sandbox(settings.sandbox(), secret, environment::get);
      if (sandbox.isRequired()) {
        sandbox.requireUsable();
      }
      return new ProcessRules(
          new CommandPolicy(settings.commands()),
          sandbox,
          ProcessLimits.of(settings.commands().limits()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    } catch (CommandRefusedException e) {
      throw new ConfigException(
          "With mcp-registry.sandbox.required no server can be started: " + e.getMessage());
    }
  }

  /** Null where only keys count. */
  static @Nullable Oidc openOidc(
      RegistrySettings settings, Fetcher fetcher, Executor executor, InstantSource clock) {
    Optional<String> issuer = settings.oidc().issuer();
    if (issuer.isEmpty()) {
      return null;
    }
    if (!settings.security().auth()) {
      throw new ConfigException(
          "With auth off nobody is asked for a token: set auth to true, or leave out oidc.issuer");
    }
    try {
      return Oidc.open(
          settings.oidc(), issuer.get(), publicUrl(settings), fetcher, executor, clock);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static String publicUrl(RegistrySettings settings) {
    String host = settings.host();
    boolean any = host.equals("0.0.0.0") || host.equals("::") || settings.port() == 0;
    if (any && settings.publicUrl().isEmpty()) {
      throw new ConfigException(
          "The setting mcp-registry.public-url is missing: with oidc.issuer clients have to be told"
              + " the registry's address, and host and port do not tell it");
    }
    String bracketed = host.contains(":") ? "[" + host + "]" : host;
    String scheme = settings.tls().certificate().isPresent() ? "https://" : "http://";
    return settings.publicUrl().orElse(scheme + bracketed + ":" + settings.port());
  }

  /** Null where no collector is configured. */
  static @Nullable Telemetry openTelemetry(
      RegistrySettings settings, Map<String, String> environment) {
    try {
      return Telemetry.open(settings.telemetry(), environment, Version.CURRENT);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  static <T> CompletableFuture<T> async(Supplier<T> step) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("startup")
        .start(() -> {
          try {
            result.complete(step.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  /** The result of a step; what it throws is thrown here. */
  static <T> T await(CompletableFuture<T> step) {
    try {
      return step.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  /** Waits for the end of a step, at most {@code timeout}. */
  static void await(CompletableFuture<?> step, Duration timeout) {
    try {
      step.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It is the end anyway: what does not close is closed with the process.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
