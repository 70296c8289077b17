package io.bluefly.registry.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.Endpoint.WebSocketEndpoint;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistrationJsonTest {
  @Test
  void anEndpointIsShownWithoutTheSecretsOfItsAddress() {
    URI url = URI.create("https://a.example/mcp?api_key=s3cret");
    ClientCredentials auth =
        new ClientCredentials(
            URI.create("https://b.example/token?key=s3cret"), "me", "${SECRET}", null, null);
    assertThat(RegistrationJson.shown(new HttpEndpoint(url, Map.of(), auth)).toString())
        .contains("/mcp?api_key=***", "/token?key=***")
        .doesNotContain("s3cret");
    assertThat(RegistrationJson.shown(new WebSocketEndpoint(url, Map.of(), auth)).toString())
        .contains("/mcp?api_key=***", "/token?key=***")
        .doesNotContain("s3cret");
  }
}
