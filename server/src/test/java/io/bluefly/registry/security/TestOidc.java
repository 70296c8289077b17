package io.bluefly.registry.security;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of an issuer, with the defaults where a test does not change them. */
final class TestOidc implements OidcSettings {
  Optional<String> keysAt = Optional.empty();
  Optional<String> pools = Optional.empty();
  Optional<String> connections = Optional.empty();
  Map<String, List<String>> roles = Map.of();
  String permissionsClaim = "mcp_permissions";
  Duration skew = Duration.ofSeconds(60);

  @Override
  public Optional<String> issuer() {
    return Optional.empty();
  }

  @Override
  public Optional<List<String>> audience() {
    return Optional.of(List.of("registry"));
  }

  @Override
  public Optional<String> jwksUri() {
    return keysAt;
  }

  @Override
  public String permissionsClaim() {
    return permissionsClaim;
  }

  @Override
  public Map<String, List<String>> roleMapping() {
    return roles;
  }

  @Override
  public List<String> scopes() {
    return List.of("read", "call");
  }

  @Override
  public Optional<String> poolsClaim() {
    return pools;
  }

  @Override
  public Optional<String> connectionsClaim() {
    return connections;
  }

  @Override
  public String nameClaim() {
    return "preferred_username";
  }

  @Override
  public Duration clockSkew() {
    return skew;
  }
}
