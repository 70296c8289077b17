package io.bluefly.registry.testkit.drupal;

import io.bluefly.registry.testkit.drupal.DrupalSite.Canned;
import io.bluefly.registry.testkit.drupal.DrupalSite.Received;
import io.bluefly.registry.testkit.drupal.Interference.Loss;
import java.util.Optional;

/** Handles one request with all that a test has in store for it. */
final class Desk {
  private final JsonApi jsonApi;
  private final Interference interference;

  Desk(JsonApi jsonApi, Interference interference) {
    this.jsonApi = jsonApi;
    this.interference = interference;
  }

  /** Empty: hang up. */
  Optional<Answer> handle(Received request) {
    Optional<Canned> canned = interference.canned.first(request);
    return canned.isPresent() ? canned.map(Answer::of) : handled(request);
  }

  private Optional<Answer> handled(Received request) {
    interference.before.all(request).forEach(Runnable::run);
    Answer answer = jsonApi.answer(request);
    interference.after.all(request).forEach(Runnable::run);
    return interference.losses.first(request).map(Desk::lost).orElse(Optional.of(answer));
  }

  private static Optional<Answer> lost(Loss loss) {
    return switch (loss) {
      case ERROR_PAGE ->
          Optional.of(Answer.page(500, "The website encountered an unexpected error"));
      case HANG_UP -> Optional.empty();
    };
  }
}
