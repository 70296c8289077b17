package io.bluefly.registry.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates the registry may show. */
public final class Trust {
  private Trust() {}

  /**
   * Those of the PEM file that was given, else of {@code MCP_REGISTRY_CA}, else, where no address
   * was given either, the certificate of a registry started with the same environment; null for
   * those that every JDK trusts.
   *
   * @param address that was given, or null
   * @throws CliException when there is a file that can't be used
   */
  public static @Nullable SSLContext of(
      @Nullable Path given, @Nullable String address, Map<String, String> environment) {
    String named = environment.getOrDefault("MCP_REGISTRY_CA", "");
    String own = environment.getOrDefault("MCP_REGISTRY_TLS_CERTIFICATE", "");
    if (given != null) {
      return trusting(given, "--ca");
    } else if (!named.isBlank()) {
      return trusting(Path.of(named), "MCP_REGISTRY_CA");
    }
    return own.isBlank() || !RegistryAddress.isLocal(address, environment)
        ? null
        : trusting(Path.of(own), "MCP_REGISTRY_TLS_CERTIFICATE");
  }

  private static SSLContext trusting(Path file, String origin) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate each : certificates(file, origin)) {
        trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK can keep certificates in memory", e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file, String origin)
      throws CertificateException {
    try (InputStream pem = Files.newInputStream(file)) {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (all.isEmpty()) {
        throw CliException.usage(holdsNone(file, origin));
      }
      return all;
    } catch (CertificateException e) {
      throw CliException.usage(holdsNone(file, origin));
    } catch (NoSuchFileException e) {
      throw CliException.usage("There is no file " + file + ", which " + origin + " names");
    } catch (IOException e) {
      throw CliException.usage(
          file + ", which " + origin + " names, can't be read; run this as who may read it");
    }
  }

  private static String holdsNone(Path file, String origin) {
    return file + ", which " + origin + " names, holds no certificate in PEM";
  }
}
