package io.bluefly.registry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that vouches for itself, and its key, made for a test.
 *
 * @param certificate the certificate
 * @param file it as PEM
 * @param key its key as PEM
 * @param store both as PKCS#12, with the password {@value #PASSWORD}
 */
public record TestCertificate(Certificate certificate, Path file, Path key, Path store) {
  /** Of the store. */
  public static final String PASSWORD = "password";

  private static final String ALIAS = "a";

  /**
   * Makes one with the JDK's keytool; files that there are already are written anew.
   *
   * @param name of the files in {@code folder}, and its subject
   * @param algorithm of the key: {@code RSA} or {@code EC}
   * @param names whom it is for, such as {@code dns:localhost,ip:127.0.0.1}
   */
  public static TestCertificate make(Path folder, String name, String algorithm, String names)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    Files.deleteIfExists(store);
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + names,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool made no certificate");
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Certificate certificate = keys.getCertificate(ALIAS);
    byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    return new TestCertificate(
        certificate,
        pem(folder.resolve(name + ".crt"), "CERTIFICATE", certificate.getEncoded()),
        pem(folder.resolve(name + ".key"), "PRIVATE KEY", key),
        store);
  }

  private static Path pem(Path file, String what, byte[] bytes) throws IOException {
    String text = Base64.getMimeEncoder().encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
  }

  /** What a client needs to trust it, and nobody else. */
  public SSLContext trusted() throws GeneralSecurityException, IOException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry(ALIAS, certificate);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  /** The environment of a registry that shows it. */
  public Map<String, String> settings() {
    return Map.of(
        "MCP_REGISTRY_TLS_CERTIFICATE", file.toString(), "MCP_REGISTRY_TLS_KEY", key.toString());
  }
}
