package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeIdTest {
  /** The first is RFC 9562's own (appendix A.4), the others are Python's. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          6ba7b810-9dad-11d1-80b4-00c04fd430c8, www.example.com, 2ed6657d-e927-568b-95e1-2665a8aea6a2
          6ba7b810-9dad-11d1-80b4-00c04fd430c8, python.org,      886313e1-3b8a-5372-9b90-0c9aee199e5d
          6ba7b811-9dad-11d1-80b4-00c04fd430c8, grüße,           cc98360f-85b2-5c07-83b9-498759fd2c0a
          ffffffff-ffff-ffff-ffff-ffffffffffff, '',              52e0e9d4-f46c-57ca-9bcb-0708d1863369
          """)
  void namesBecomeWhatTheyBecomeElsewhere(UUID namespace, String name, UUID id) {
    assertThat(NodeId.version5(namespace, name)).isEqualTo(id);
  }

  @Test
  void aNodesIdComesOfTheRegistryAndTheConnectionAlone() {
    assertThat(NodeId.of("registry", "mcp-conn-1"))
        .isEqualTo("c50eb963-7408-518b-a449-a35959b9bfba")
        .isEqualTo(NodeId.of("registry", "mcp-conn-1"))
        .isNotEqualTo(NodeId.of("other", "mcp-conn-1"))
        .isNotEqualTo(NodeId.of("registry", "mcp-conn-2"));
  }

  @Test
  void whereTheRegistrysNameEndsMatters() {
    assertThat(NodeId.of("a", "bc")).isNotEqualTo(NodeId.of("ab", "c"));
  }

  @Test
  void itSaysItsVersionAndVariantWhateverTheHash() {
    for (int i = 0; i < 100; i++) {
      UUID id = UUID.fromString(NodeId.of("registry", "mcp-conn-" + i));
      assertThat(id.version()).isEqualTo(5);
      assertThat(id.variant()).isEqualTo(2);
    }
  }
}
