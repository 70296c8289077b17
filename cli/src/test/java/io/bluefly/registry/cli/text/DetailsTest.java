package io.bluefly.registry.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bluefly.registry.cli.http.Json;
import org.junit.jupiter.api.Test;

final class DetailsTest {
  private static final String BROKEN =
      """
      {"id": "mcp-conn-1", "name": "files", "type": "server", "protocol": "stdio",
       "status": "error", "pool": "files", "capacity": 20, "weight": 1,
       "endpoint": {"command": "node", "args": ["a b.js", "it's"], "env": {"K": "v w"},
                    "cwd": "/tmp"},
       "health": {"status": "unhealthy", "lastCheck": "2026-11-22T00:00:00Z", "uptime": 0,
                  "checksPerformed": 1, "failedChecks": 1, "errorRate": 0.0,
                  "reason": "exited", "message": "the process exited"},
       "metrics": {"totalRequests": 3, "requestsPerMinute": 1, "averageLatency": 1.25,
                   "p95Latency": 2.5, "errorRate": 0.5, "activeConnections": 0},
       "upstream": [{"state": "waiting", "nextAttemptAt": "2026-11-22T00:01:00Z", "restarts": 2,
                     "lastFailure": {"reason": "exited", "message": "code 1",
                                     "at": "2026-11-22T00:00:30Z"},
                     "stderr": ["first", "last\\u001b[0m"]}],
       "capabilities": [{"name": "read", "kind": "tool", "verified": false,
                         "description": "Reads a file.\\nMore of it."}]}
      """;

  @Test
  void aBrokenConnectionTellsWhyAndWhatComes() throws JsonProcessingException {
    assertThat(Details.of(Json.parse(BROKEN)))
        .isEqualTo(
            """
            files  mcp-conn-1
              status     error
              type       server, stdio
              pool       files, capacity 20, weight 1
              health     unhealthy, up 0 s, last check 2026-11-22T00:00:00Z, 1 of 1 check failed
                         the process exited
              endpoint   K='v w' node 'a b.js' 'it'\\''s' (in /tmp)
              metrics    3 requests, 1 per minute, 0 now, 1.3 ms on average, 2.5 ms at p95, 50 % failed
              instance   waiting, next attempt 2026-11-22T00:01:00Z, 2 restarts
                         last failure 2026-11-22T00:00:30Z (exited): code 1
              stderr     first
              stderr     last[0m
              offers     1 tool, 0 prompts, 0 resources

              NAME  KIND  VERIFIED  DESCRIPTION
              read  tool  no        Reads a file.
            """);
  }

  @Test
  void aHealthyOneKeepsItsErrorStreamToItself() throws JsonProcessingException {
    String text = Details.of(Json.parse(BROKEN.replace("\"unhealthy\"", "\"healthy\"")));

    assertThat(text).contains("health     healthy").doesNotContain("stderr");
  }

  @Test
  void anAddressIsShownWithItsHeaders() throws JsonProcessingException {
    String endpoint =
        """
        {"endpoint": {"url": "https://x/mcp", "headers": {"X-Key": "***"}}}
        """;

    assertThat(Details.of(Json.parse(endpoint)))
        .contains("endpoint   https://x/mcp (X-Key: ***)\n");
  }

  @Test
  void whereTokensComeFromIsShown() throws JsonProcessingException {
    String endpoint =
        """
        {"endpoint": {"url": "https://x/mcp", "auth": {"type": "client-credentials",
          "tokenUrl": "https://y/token", "clientId": "me", "clientSecret": "***"}}}
        """;

    assertThat(Details.of(Json.parse(endpoint)))
        .contains("endpoint   https://x/mcp (tokens of https://y/token for me)\n");
  }
}
