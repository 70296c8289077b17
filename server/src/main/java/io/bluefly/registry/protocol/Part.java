package io.bluefly.registry.protocol;

/** The members of a message that {@link RpcMessage} knows the place of. */
enum Part {
  JSONRPC("jsonrpc"),
  ID("id"),
  METHOD("method"),
  PARAMS("params"),
  RESULT("result"),
  ERROR("error"),
  ERROR_CODE("code"),
  NAME("name"),
  URI("uri"),
  TASK_ID("taskId"),
  ARGUMENTS("arguments"),
  REF("ref"),
  REF_TYPE("type"),
  REF_NAME("name"),
  REF_URI("uri"),
  CURSOR("cursor"),
  REQUEST_STATE("requestState"),
  INPUT_REQUESTS("inputRequests"),
  INPUT_RESPONSES("inputResponses"),
  NOTIFICATIONS("notifications"),
  LEVEL("level"),
  REQUEST_ID("requestId"),
  PROGRESS_TOKEN("progressToken"),
  PROTOCOL_VERSION("protocolVersion"),
  CAPABILITIES("capabilities"),
  CLIENT_INFO("clientInfo"),
  META("_meta"),
  META_PROGRESS_TOKEN("progressToken"),
  META_PROTOCOL_VERSION("io.modelcontextprotocol/protocolVersion"),
  META_CAPABILITIES("io.modelcontextprotocol/clientCapabilities"),
  META_CLIENT_INFO("io.modelcontextprotocol/clientInfo"),
  META_LOG_LEVEL("io.modelcontextprotocol/logLevel"),
  META_SUBSCRIPTION_ID("io.modelcontextprotocol/subscriptionId"),
  RESULT_TYPE("resultType"),
  RESULT_VERSION("protocolVersion"),
  NEXT_CURSOR("nextCursor"),
  IS_ERROR("isError");

  static final int COUNT = values().length;

  private final String member;

  Part(String member) {
    this.member = member;
  }

  /** The member's name, as it stands in the object around it. */
  String member() {
    return member;
  }

  /**
   * Where an array keeps what belongs to this part: on each call's way, an EnumMap is measurable.
   */
  @SuppressWarnings("EnumOrdinal")
  int index() {
    return ordinal();
  }
}
