-- Connections, tombstones included. Times are milliseconds since 1970; the registration is the JSON
-- object that a user sends.
CREATE TABLE connections (
  id              TEXT   NOT NULL PRIMARY KEY,
  name            TEXT   NOT NULL,
  status          TEXT   NOT NULL CHECK (status IN ('active', 'idle', 'disconnected')),
  registration    TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  disconnected_at BIGINT
);

CREATE UNIQUE INDEX connections_name ON connections (name) WHERE status <> 'disconnected';
