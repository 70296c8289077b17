-- Which definitions of a connection's tools are approved, and which are offered: a JSON array with
-- hashes. Goes with the connection.
CREATE TABLE pins (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
  pins          TEXT NOT NULL
) STRICT;

-- The definitions that pins name, JSON as the servers wrote it.
CREATE TABLE pinned_definitions (
  connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
  hash          TEXT NOT NULL,
  definition    TEXT NOT NULL,
  PRIMARY KEY (connection_id, hash)
) STRICT;
