package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import java.time.Instant;
import java.util.List;

/**
 * What a server said of itself in the handshake.
 *
 * @param era how to talk to it
 * @param protocolVersion the version agreed on
 * @param handshake JSON text of its answer's {@code result}, as it came
 * @param name its name, empty when it gave none
 * @param version its version, empty when it gave none
 * @param instructions JSON text of its instructions, {@code null} (the word) without
 * @param capabilities JSON text of its capabilities, an object
 * @param identity JSON text of its {@code serverInfo}, an object
 * @param transport how it was reached
 * @param verdictAt when it was last asked which era it speaks
 * @param phases the steps of its opening, in their order
 */
public record ServerInfo(
    Era era,
    String protocolVersion,
    String handshake,
    String name,
    String version,
    String instructions,
    String capabilities,
    String identity,
    Transport transport,
    Instant verdictAt,
    List<HandshakePhase> phases) {}
