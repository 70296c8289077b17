package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;

/** Certificates that a test makes for itself: key and trust in one store. */
final class TestCertificate {
  private static final String SECRET = "changeit";

  private TestCertificate() {}

  /**
   * A certificate with the subject {@code CN=server}.
   *
   * @param names whom it is for, such as {@code dns:localhost,ip:127.0.0.1}
   */
  static PfxOptions of(Path folder, String names) throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=server",
                "-ext",
                "san=" + names,
                "-storetype",
                "PKCS12",
                "-storepass",
                SECRET,
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    return new PfxOptions().setPath(store.toString()).setPassword(SECRET);
  }
}
