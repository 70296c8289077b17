package io.bluefly.registry.capabilities;

/** Why a change of a definition can't be approved; nothing was. */
public abstract sealed class DefinitionException extends RuntimeException {
  private final String field;

  private DefinitionException(String field, String message) {
    super(message, null, false, false);
    this.field = field;
  }

  /** Where in the request it was wanted. */
  public String field() {
    return field;
  }

  /** There is no change of a tool of this name. */
  public static final class NoSuchChange extends DefinitionException {
    NoSuchChange(int index, String name) {
      super(
          "body/tools/" + index + "/name",
          "no change of the tool '" + HiddenText.visible(name) + "' waits for approval");
    }
  }

  /** The tool has changed once more since somebody looked. */
  public static final class Outdated extends DefinitionException {
    Outdated(int index, String name) {
      super(
          "body/tools/" + index + "/hash",
          "the definition of the tool '" + HiddenText.visible(name) + "' has another hash now");
    }
  }
}
