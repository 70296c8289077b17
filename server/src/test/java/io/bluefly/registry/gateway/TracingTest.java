package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a trace context gets into a request, and what else stays as it was. */
class TracingTest {
  private static RpcMessage message(String members) throws Exception {
    return RpcMessage.parse(
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"" + members + "}")
            .replace('\'', '"')
            .getBytes(UTF_8));
  }

  private static String carrying(String members, TraceContext context) throws Exception {
    String json = new String(Tracing.carrying(message(members), context).json(), UTF_8);
    return json.replace("\"", "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|{'params':{'_meta':{'traceparent':'P','tracestate':'s=1'}},'jsonrpc':'2.0','id':1,'method':'tools/call'}",
        ",'params':{}|,'params':{'_meta':{'traceparent':'P','tracestate':'s=1'}}}",
        ",'params':{'a':1.0}|,'params':{'_meta':{'traceparent':'P','tracestate':'s=1'},'a':1.0}}",
        ",'params':{'a':1,'_meta':{}}|,'params':{'a':1,'_meta':{'traceparent':'P','tracestate':'s=1'}}}",
        ",'params':{'_meta':{'x':1.50}}|,'params':{'_meta':{'traceparent':'P','tracestate':'s=1','x':1.50}}}",
        ",'params':{'_meta':{'traceparent':'old','x':1}}|,'params':{'_meta':{'tracestate':'s=1','traceparent':'P','x':1}}}",
        ",'params':{'_meta':{'tracestate':7,'traceparent':'o'}}|,'params':{'_meta':{'tracestate':'s=1','traceparent':'P'}}}",
        ",'params':{ }|,'params':{'_meta':{'traceparent':'P','tracestate':'s=1'} }}",
        ",'params':{'x':1,'x':2}|,'params':{'_meta':{'traceparent':'P','tracestate':'s=1'},'x':1,'x':2}}",
        ",'params':{'_meta':{'x':1,'x':2}}|,'params':{'_meta':{'x':1,'x':2}}}",
        ",'params':[1]|,'params':[1]}",
        ",'params':{'_meta':7}|,'params':{'_meta':7}}"
      })
  void theContextIsPutIn(@Nullable String members, String end) throws Exception {
    String given = members == null ? "" : members;
    assertThat(carrying(given, new TraceContext("P", "s=1"))).endsWith(end);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ",'params':{'_meta':{'x':1}}|,'params':{'_meta':{'traceparent':'P','x':1}}}",
        ",'params':{'_meta':{'tracestate':'old'}}|,'params':{'_meta':{'traceparent':'P','tracestate':''}}}"
      })
  void withoutAStateNoneIsLeft(String members, String end) throws Exception {
    assertThat(carrying(members, new TraceContext("P", null))).endsWith(end);
  }
}
