package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a tool that its definition wants repeated in {@code Mcp-Param-…} headers
 * ({@code x-mcp-header}). Most tools have none and share one object.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters">custom
 *     headers</a>
 */
public final class ParamHeaders {
  static final String PREFIX = "Mcp-Param-";

  /** No parameter is repeated. */
  public static final ParamHeaders NONE = new ParamHeaders(List.of(), null);

  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?");

  private final List<ParamHeader> parameters;
  private final MirroredArguments.Places places;
  private final @Nullable String invalid;

  private ParamHeaders(List<ParamHeader> parameters, @Nullable String invalid) {
    this.parameters = List.copyOf(parameters);
    this.places = MirroredArguments.Places.of(this.parameters);
    this.invalid = invalid;
  }

  /** Reads a tool's definition, as it stands in {@code tools/list}. */
  public static ParamHeaders of(String toolDefinitionJson) {
    // An escape might spell the word; nothing else can hide it.
    if (!toolDefinitionJson.contains("x-mcp-header") && !toolDefinitionJson.contains("\\u")) {
      return NONE;
    }
    try (JsonParser parser = Json.FACTORY.createParser(toolDefinitionJson)) {
      ParamHeaderReader reader = new ParamHeaderReader(parser);
      reader.read();
      if (reader.invalid() != null) {
        return new ParamHeaders(List.of(), reader.invalid());
      }
      return reader.found().isEmpty() ? NONE : new ParamHeaders(reader.found(), null);
    } catch (JsonProcessingException e) {
      return new ParamHeaders(List.of(), "the definition is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      return new ParamHeaders(List.of(), "the definition can't be read");
    }
  }

  /**
   * What is wrong with the annotations, as a sentence; null when nothing is. Clients must leave out
   * a tool with a wrong one.
   */
  public @Nullable String invalid() {
    return invalid;
  }

  /** The parameters that headers repeat; none when the definition is {@link #invalid()}. */
  public List<ParamHeader> parameters() {
    return parameters;
  }

  /**
   * The headers that go with a {@code tools/call}, encoded. What is null, absent or of no text (an
   * object, a number beyond a double's whole numbers) has none.
   */
  public Map<String, String> headers(RpcMessage toolsCall) {
    if (parameters.isEmpty()) {
      return Map.of();
    }
    MirroredArguments arguments = MirroredArguments.of(toolsCall, places, parameters.size());
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      MirroredArguments.Value value = arguments.value(i);
      if (value != null && value.expected()) {
        headers.put(parameters.get(i).header(), McpHeaders.encode(value.text()));
      }
    }
    return headers;
  }

  /**
   * The first disagreement of a {@code tools/call} and the headers that came with it, as a sentence
   * that names the header and no value; null when they agree. Other {@code Mcp-Param-…} headers are
   * of no account.
   *
   * @param headers the values of the header with that name, which ignores case; empty without one
   */
  public @Nullable String mismatch(RpcMessage toolsCall, Function<String, List<String>> headers) {
    if (parameters.isEmpty()) {
      return null;
    }
    MirroredArguments arguments = MirroredArguments.of(toolsCall, places, parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      ParamHeader parameter = parameters.get(i);
      String why =
          arguments.repeated(i)
              ? parameter.place() + ", which it repeats, stands there twice"
              : disagreement(parameter, arguments.value(i), headers.apply(parameter.header()));
      if (why != null) {
        return "header " + parameter.header() + ": " + why;
      }
    }
    return null;
  }

  private static @Nullable String disagreement(
      ParamHeader parameter, MirroredArguments.@Nullable Value value, List<String> sent) {
    if (sent.isEmpty()) {
      return value != null && value.expected()
          ? "missing, but " + parameter.place() + " has a value"
          : null;
    }
    if (sent.size() > 1) {
      return "stands there twice";
    }
    String header = McpHeaders.decodeOrNull(sent.getFirst());
    if (header == null) {
      return "has characters or base64 that are not allowed";
    }
    if (value == null) {
      return "there, but " + parameter.place() + " has no value";
    }
    return agree(value, header) ? null : "differs from " + parameter.place();
  }

  private static boolean agree(MirroredArguments.Value value, String header) {
    if (value.number() && value.expected() && DECIMAL.matcher(header).matches()) {
      return new BigDecimal(header).compareTo(new BigDecimal(value.text())) == 0;
    }
    return (value.expected() || value.number()) && value.text().equals(header);
  }
}
