package io.bluefly.registry.upstream;

import io.bluefly.registry.testkit.TestCertificate;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;

/** A certificate of a test as Vert.x takes it: key and trust in one store. */
final class TestStore {
  private TestStore() {}

  /**
   * One with the subject {@code CN=server}.
   *
   * @param names whom it is for, such as {@code dns:localhost,ip:127.0.0.1}
   */
  static PfxOptions of(Path folder, String names) throws Exception {
    TestCertificate made = TestCertificate.make(folder, "server", "EC", names);
    return new PfxOptions().setPath(made.store().toString()).setPassword(TestCertificate.PASSWORD);
  }
}
