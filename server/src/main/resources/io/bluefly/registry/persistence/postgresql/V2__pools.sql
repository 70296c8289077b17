-- Settings of pools, of those that have any: the JSON object that a user is shown.
CREATE TABLE pools (
  name     TEXT NOT NULL PRIMARY KEY,
  settings TEXT NOT NULL
);
