package io.bluefly.registry.upstream;

/**
 * A step of a server's opening.
 *
 * @param name {@code start} of a process, or the method that the server was asked
 * @param millis how long it took; until the answer, or until none was waited for any more
 */
public record HandshakePhase(String name, long millis) {}
