/**
 * Tells the world what happens: makes public events of what features tell each other, and sends
 * them to those who have subscribed, over WebSocket and as Server-Sent Events.
 */
@NullMarked
package io.bluefly.registry.stream;

import org.jspecify.annotations.NullMarked;
