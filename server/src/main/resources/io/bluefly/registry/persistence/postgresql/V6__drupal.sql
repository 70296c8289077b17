-- The names by which this registry is known at Drupal sites; chosen: the one that was made up.
CREATE TABLE drupal_names (
  name   TEXT NOT NULL PRIMARY KEY,
  chosen INTEGER NOT NULL
);

-- Which node of which site is which connection's, and hashes of what both were when they were in
-- step. A pair stays when the connection is gone, until the node is deleted.
CREATE TABLE drupal_links (
  site          TEXT NOT NULL,
  node_id       TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  deleted       INTEGER NOT NULL,
  base          TEXT NOT NULL,
  PRIMARY KEY (site, node_id),
  UNIQUE (site, connection_id)
);

-- The latest syncs: reports as JSON, without keys.
CREATE TABLE drupal_syncs (
  id         TEXT NOT NULL PRIMARY KEY,
  started_at TEXT NOT NULL,
  report     TEXT NOT NULL
);
