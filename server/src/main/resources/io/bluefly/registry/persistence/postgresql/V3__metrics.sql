-- What calls came to, since the first of each: of a connection (capability empty), of its
-- capabilities, and of the whole registry (both empty). Times in microseconds, moments in
-- milliseconds since 1970; latencies are an HdrHistogram (V2) of microseconds.
CREATE TABLE call_totals (
  connection_id  TEXT    NOT NULL,
  capability     TEXT    NOT NULL,
  requests       BIGINT  NOT NULL,
  errors         BIGINT  NOT NULL,
  micros         BIGINT  NOT NULL,
  latencies      BYTEA   NOT NULL,
  last_active_at BIGINT,
  PRIMARY KEY (connection_id, capability)
);

-- A day of what happened within each minute (seconds since 1970) in a pool, and in the whole registry
-- (pool empty), there with the numbers of connections as JSON.
CREATE TABLE call_history (
  pool        TEXT    NOT NULL,
  minute      BIGINT  NOT NULL,
  requests    BIGINT  NOT NULL,
  errors      BIGINT  NOT NULL,
  micros      BIGINT  NOT NULL,
  latencies   BYTEA   NOT NULL,
  in_flight   INTEGER NOT NULL,
  connections TEXT,
  PRIMARY KEY (pool, minute)
);

CREATE INDEX call_history_minute ON call_history (minute);
