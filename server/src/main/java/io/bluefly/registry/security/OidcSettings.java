package io.bluefly.registry.security;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of the issuer whose tokens open the registry, beside keys (docs/oidc.md). */
public interface OidcSettings {
  /** The issuer's URL, to the letter as in its tokens; without one only keys count. */
  Optional<String> issuer();

  /** What tokens for the registry have in {@code aud}, beside its public URL. */
  Optional<List<String>> audience();

  /** Where the issuer's keys are; found out from the issuer unless told. */
  Optional<String> jwksUri();

  /** The claim with permissions or roles; dots lead into objects. */
  @WithDefault("mcp_permissions")
  String permissionsClaim();

  /** What words of that claim grant; without any the words are permissions themselves. */
  Map<String, List<String>> roleMapping();

  /** Permissions that {@code mcp:…} words of the claim {@code scope} may grant. */
  @WithDefault("read,call")
  List<String> scopes();

  /** The claim with the pools that a token is limited to. */
  Optional<String> poolsClaim();

  /** The claim with the connections that a token is limited to. */
  Optional<String> connectionsClaim();

  /** The claim with a name for people. */
  @WithDefault("preferred_username")
  String nameClaim();

  /** How far the issuer's clock may be from ours. */
  @WithDefault("60s")
  Duration clockSkew();
}
