package io.bluefly.registry.gateway;

/** An answer that goes on to another one, but for what it does besides. */
interface WrappedReply extends ClientReply {
  /** Where the answer goes. */
  ClientReply to();

  @Override
  default boolean isOver() {
    return to().isOver();
  }

  @Override
  default void onClientGone(Runnable action) {
    to().onClientGone(action);
  }

  @Override
  default void header(String name, String value) {
    to().header(name, value);
  }

  @Override
  default void event(byte[] json) {
    to().event(json);
  }

  @Override
  default void finish(int status, byte[] json) {
    to().finish(status, json);
  }

  @Override
  default void empty(int status) {
    to().empty(status);
  }

  @Override
  default void takeBack() {
    to().takeBack();
  }

  @Override
  default void writtenPast() {
    to().writtenPast();
  }
}
