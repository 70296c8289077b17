-- API keys, without the keys themselves. Sets are texts with a space between the members.
CREATE TABLE api_keys (
  id           TEXT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL,
  hash         TEXT NOT NULL UNIQUE,
  permissions  TEXT NOT NULL,
  pools        TEXT NOT NULL,
  connections  TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  expires_at   TEXT,
  last_used_at TEXT
);
