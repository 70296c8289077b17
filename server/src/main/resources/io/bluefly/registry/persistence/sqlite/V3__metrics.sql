-- What calls came to, since the first of each: of a connection (capability empty), of its
-- capabilities, and of the whole registry (both empty). Times in microseconds, moments in
-- milliseconds since 1970; latencies are an HdrHistogram (V2) of microseconds.
CREATE TABLE call_totals (
  connection_id  TEXT    NOT NULL,
  capability     TEXT    NOT NULL,
  requests       INTEGER NOT NULL,
  errors         INTEGER NOT NULL,
  micros         INTEGER NOT NULL,
  latencies      BLOB    NOT NULL,
  last_active_at INTEGER,
  PRIMARY KEY (connection_id, capability)
) STRICT;

-- A day of what happened within each minute (seconds since 1970) in a pool, and in the whole registry
-- (pool empty), there with the numbers of connections as JSON.
CREATE TABLE call_history (
  pool        TEXT    NOT NULL,
  minute      INTEGER NOT NULL,
  requests    INTEGER NOT NULL,
  errors      INTEGER NOT NULL,
  micros      INTEGER NOT NULL,
  latencies   BLOB    NOT NULL,
  in_flight   INTEGER NOT NULL,
  connections TEXT,
  PRIMARY KEY (pool, minute)
) STRICT;

CREATE INDEX call_history_minute ON call_history (minute);
