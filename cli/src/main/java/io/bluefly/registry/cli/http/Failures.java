package io.bluefly.registry.cli.http;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The table from what goes wrong between here and the registry to a sentence with a way out. */
record Failures(RegistryAddress address, Key key) {
  CliException of(Throwable error, Duration deadline) {
    return switch (error) {
      case CliException known -> known;
      case CompletionException wrapped when wrapped.getCause() != null ->
          of(wrapped.getCause(), deadline);
      case ConnectException _, HttpConnectTimeoutException _ -> notRunning();
      case TimeoutException _ -> tooLate(deadline);
      case SSLException _ when isOfCertificate(error) -> notTrusted(error);
      default -> broken(error);
    };
  }

  private CliException notRunning() {
    return CliException.refused(
        "No registry answers at " + address.base() + "; start one with ./mcp-registry start");
  }

  private CliException tooLate(Duration deadline) {
    return CliException.refused(
        "The registry at %s did not answer within %d s; try again (call takes a longer --timeout), or see its log"
            .formatted(address.base(), deadline.toSeconds()));
  }

  /** Other failures of TLS are not about whom to trust. */
  private static boolean isOfCertificate(@Nullable Throwable error) {
    return error != null
        && (error instanceof GeneralSecurityException || isOfCertificate(error.getCause()));
  }

  private CliException notTrusted(Throwable error) {
    return CliException.refused(
        "The certificate of %s is not good (%s); name the PEM file of who has signed it with --ca, or the host in it with --registry"
            .formatted(address.base(), why(error)));
  }

  private static String why(Throwable error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  private CliException broken(Throwable error) {
    String hint =
        address.base().startsWith("http:")
            ? "with TLS it is at https://"
            : "without TLS it is at http://";
    return CliException.refused(
        "The connection to the registry at %s broke (%s); its log tells more, and %s"
            .formatted(address.base(), why(error), hint));
  }

  CliException unauthorized() {
    return CliException.refused(
        switch (key) {
          case Key.Missing(var file) ->
              "No key: there is no "
                  + file
                  + "; run this in the folder where the registry was started, or give --data-dir"
                  + " or --key";
          case Key.Found found ->
              "The registry at %s refuses the key of %s; give its own with --data-dir or --key"
                  .formatted(address.base(), found.origin());
        });
  }

  CliException notTheRegistry(int status) {
    return CliException.refused(
        "What answers at %s is no MCP Registry (HTTP %d without its JSON); check --registry"
            .formatted(address.base(), status));
  }
}
