package io.bluefly.registry.drupal;

import io.bluefly.registry.security.WebOrigin;
import java.util.Collection;
import java.util.List;

/** Which sites may be synced with: those of the operator's list. */
public final class SiteRules {
  private final List<WebOrigin> origins;

  /**
   * Reads the list.
   *
   * @throws IllegalArgumentException when an entry is no origin; the message is a sentence
   */
  public SiteRules(Collection<String> entries) {
    this.origins = entries.stream().map(SiteRules::origin).toList();
  }

  private static WebOrigin origin(String entry) {
    try {
      SiteAddress address = SiteAddress.parse(entry);
      if (address.base().getRawPath().isEmpty()) {
        return address.origin();
      }
    } catch (IllegalArgumentException e) {
      // Said below, as of any that is none.
    }
    throw new IllegalArgumentException(
        "'" + entry + "' is no origin; write https://host or https://host:port, without a path");
  }

  /**
   * Refuses all others.
   *
   * @throws SyncRefusedException.OriginNotListed when it is none of them
   */
  public void require(SiteAddress site) {
    if (!origins.contains(site.origin())) {
      throw new SyncRefusedException.OriginNotListed(site);
    }
  }
}
