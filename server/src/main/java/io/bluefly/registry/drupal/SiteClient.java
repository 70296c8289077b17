package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a site as often as that may make sense: what only reads is tried again after an error, what
 * writes is not, and a pause that the site asks for is kept. Says what its refusals mean.
 */
final class SiteClient {
  private static final int NO_CONTENT = 204;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;
  private static final int MAX_TRIES = 4;
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int MAX_TOLD = 3;
  private static final int LONGEST_TOLD = 300;
  private static final Pattern ATTRIBUTE = Pattern.compile("/data/attributes/([^/]+).*");

  private final DrupalHttp http;
  private final Site site;
  private final Patience patience;

  SiteClient(DrupalHttp http, Site site, Patience patience) {
    this.http = http;
    this.site = site;
    this.patience = patience;
  }

  Site site() {
    return site;
  }

  /** The answer to a question that nothing goes on without. */
  SiteAnswer get(String target) throws SiteException {
    try {
      return ask(HttpMethod.GET, target, null);
    } catch (LostException e) {
      throw e.asSiteError();
    }
  }

  /**
   * An answer that concerns what was asked for; what concerns the site is thrown.
   *
   * @param target path and query
   * @throws LostException when there is none, also after other tries where they are allowed
   */
  SiteAnswer ask(HttpMethod method, String target, @Nullable JsonNode body)
      throws SiteException, LostException {
    int tries = 0;
    while (true) {
      awaitTurn();
      try {
        SiteAnswer answer = http.send(site, method, target, body);
        if (isToComeAgain(answer)) {
          continue;
        }
        tries++;
        if (!answer.isServerError() && answer.status() != TOO_MANY) {
          refuse(method, answer);
          return answer;
        }
        // Of those alone nothing was done.
        giveUp(method, tries, answer.status() == TOO_MANY, true, "The site " + failure(answer));
      } catch (IOException e) {
        tries++;
        giveUp(method, tries, false, false, unreachable(e));
      }
    }
  }

  /**
   * An answer to what must not go by an old reading: it is not asked for after more than two
   * seconds of waiting, and not again where it may have been done.
   *
   * @return null when the site wanted a longer pause: then nothing was done
   */
  @Nullable SiteAnswer askSoon(HttpMethod method, String target)
      throws SiteException, LostException {
    long begun = System.nanoTime();
    for (int tries = 1; ; tries++) {
      awaitTurn();
      if (System.nanoTime() - begun > SOON_NANOS) {
        return null;
      }
      try {
        SiteAnswer answer = http.send(site, method, target, null);
        if (isToComeAgain(answer)) {
          continue;
        }
        if (answer.isServerError()) {
          throw new LostException(true, "The site " + failure(answer));
        }
        if (answer.status() != TOO_MANY) {
          refuse(method, answer);
          return answer;
        }
        patience.backOff(tries);
      } catch (IOException e) {
        throw new LostException(false, unreachable(e));
      }
    }
  }

  private void awaitTurn() throws SiteException {
    if (!patience.awaitTurn()) {
      throw new SiteException(
          SyncError.Reason.INTERRUPTED,
          "The sync was ended, by the stop of the registry or since it took too long; the next"
              + " one finishes it");
    }
  }

  private String unreachable(IOException e) {
    return "The site " + site + " can't be reached: " + e.getMessage();
  }

  private String failure(SiteAnswer answer) {
    String detail = detail(answer);
    return "answers with HTTP " + answer.status() + (detail.isEmpty() ? "" : ": " + detail);
  }

  /** Whether it asked for a pause, which is over now. */
  private boolean isToComeAgain(SiteAnswer answer) throws SiteException {
    Long seconds = answer.retryAfter();
    boolean busy = answer.status() == UNAVAILABLE || answer.status() == TOO_MANY;
    if (seconds == null || !busy) {
      return false;
    }
    if (!patience.pause(seconds)) {
      throw new SiteException(
          SyncError.Reason.MAINTENANCE,
          answer.status() == UNAVAILABLE
              ? "The site is in maintenance (503, Retry-After "
                  + seconds
                  + " s): sync again when it is back; what is done stays done"
              : "The site takes no more requests for now (429, Retry-After "
                  + seconds
                  + " s): sync again later; what is done stays done");
    }
    return true;
  }

  private void giveUp(HttpMethod method, int tries, boolean harmless, boolean answered, String why)
      throws LostException {
    boolean again = harmless || method.equals(HttpMethod.GET);
    if (!again || tries == MAX_TRIES || !patience.backOff(tries)) {
      throw new LostException(answered, why);
    }
  }

  /** What means that no other request will fare better. */
  private void refuse(HttpMethod method, SiteAnswer answer) throws SiteException {
    if (answer.isRedirection()) {
      throw new SiteException(
          SyncError.Reason.REDIRECTED,
          "The site sends to "
              + told(String.valueOf(answer.location()))
              + ", and that is not followed: use the address that the site has itself, and add its"
              + " origin to MCP_REGISTRY_DRUPAL_ORIGINS");
    }
    switch (answer.status()) {
      case UNAUTHORIZED ->
          throw new SiteException(
              SyncError.Reason.KEY_REFUSED,
              "The site does not accept the key (401): check it, and how it is sent"
                  + " (mcp-registry.drupal.credential)");
      case METHOD_NOT_ALLOWED ->
          throw new SiteException(
              SyncError.Reason.READ_ONLY,
              "JSON:API takes no writes at this site (405 to "
                  + method
                  + "): an administrator allows them at /admin/config/services/jsonapi; until then"
                  + " sync with syncMode pull");
      case UNSUPPORTED_MEDIA_TYPE ->
          throw new SiteException(
              SyncError.Reason.MEDIA_TYPE,
              "The site does not take "
                  + SiteAnswer.JSON_API
                  + " (415): something in front of it changes the Content-Type, or a module of the"
                  + " site does");
      default -> refuseOtherThanJsonApi(answer);
    }
  }

  private void refuseOtherThanJsonApi(SiteAnswer answer) throws SiteException {
    if (answer.status() == NO_CONTENT || answer.isJsonApi()) {
      return;
    }
    String what =
        answer.mediaType().isEmpty()
            ? "something without a Content-Type"
            : told(answer.mediaType());
    throw new SiteException(
        SyncError.Reason.NOT_JSON_API,
        answer.status() == NOT_FOUND
            ? "There is no JSON:API at this address (404, "
                + what
                + "): check the address, and that the module jsonapi and the content type of the"
                + " module mcp_registry are installed"
            : "The site answers with "
                + what
                + " (HTTP "
                + answer.status()
                + ") instead of JSON:API: something in front of it answers, such as a login page"
                + " or a firewall");
  }

  /** Why nothing goes on after an answer that is not what it should be. */
  SiteException refusal(SiteAnswer answer, SyncError.Reason other) {
    return new SiteException(
        answer.status() == FORBIDDEN ? SyncError.Reason.FORBIDDEN : other,
        answer.isOk()
            ? "The site " + site + " answers with JSON:API that is none"
            : "The site " + failure(answer));
  }

  /** Why one node could not be read or written. */
  ItemException itemRefusal(SiteAnswer answer) {
    String why = failure(answer);
    if (answer.status() == FORBIDDEN) {
      return new ItemException(
          SyncError.Reason.FORBIDDEN,
          attribute(answer.pointer()),
          "Drupal " + why + "; the user of the key needs the role 'MCP sync'");
    }
    return new ItemException(
        SyncError.Reason.INVALID, attribute(answer.pointer()), "Drupal " + why);
  }

  private @Nullable String attribute(String pointer) {
    Matcher matcher = ATTRIBUTE.matcher(pointer);
    return matcher.matches() ? told(String.valueOf(matcher.group(1))) : null;
  }

  private String detail(SiteAnswer answer) {
    List<String> details = new ArrayList<>();
    for (JsonNode error : answer.errors()) {
      String detail = error.path("detail").asText("");
      if (!detail.isEmpty() && details.size() < MAX_TOLD) {
        details.add(detail);
      }
    }
    StringJoiner all = new StringJoiner("; ");
    details.forEach(all::add);
    return told(all.toString());
  }

  /** What the site says, as it may be shown. */
  private String told(String words) {
    String text = site.mask(words);
    return text.length() <= LONGEST_TOLD ? text : text.substring(0, LONGEST_TOLD) + "…";
  }
}
