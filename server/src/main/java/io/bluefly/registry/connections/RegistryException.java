package io.bluefly.registry.connections;

/** A change that the registry refuses; nothing was stored. */
public abstract sealed class RegistryException extends RuntimeException {
  private RegistryException(String message) {
    super(message, null, false, false);
  }

  /** One sentence for the user. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** There is no such connection. */
  public static final class NotFound extends RegistryException {
    /** Names the id that was asked for. */
    public NotFound(String id) {
      super("There is no connection '" + id + "'; GET /connections lists them");
    }
  }

  /** The name belongs to another connection. */
  public static final class NameTaken extends RegistryException {
    /** Names the name and its owner. */
    public NameTaken(String name, String owner) {
      super(
          "The name '"
              + name
              + "' belongs to connection "
              + owner
              + "; take another name, or disconnect that one first");
    }
  }

  /** The life cycle does not allow the move. */
  public static final class IllegalMove extends RegistryException {
    /** Names both ends of the move. */
    public IllegalMove(Connection from, ConnectionStatus to) {
      super(
          "Connection "
              + from.id()
              + " is "
              + from.status().wire()
              + " and can't become "
              + to.wire());
    }

    /** A change of a connection that is gone. */
    public IllegalMove(Connection gone) {
      super("Connection " + gone.id() + " is disconnected and can't be changed; register it anew");
    }
  }
}
