-- Some operators may open counters of desks, and nothing else. Which roles there are
-- is a rule of a table, which is made anew with it, and with it those that refer to it.
CREATE TABLE new_operators (
	id        TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) = 26),
	pseudonym TEXT NOT NULL UNIQUE CHECK (octet_length(pseudonym) = 7),
	name      TEXT NOT NULL CHECK (octet_length(name) <= 320),
	role      TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'front-desk', 'counter', 'auditor')),
	version   INTEGER NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('invited', 'active', 'removed'))
) STRICT;
INSERT INTO new_operators (id, pseudonym, name, role, version, state) SELECT id, pseudonym, name, role, version, state FROM operators;

CREATE TABLE new_links (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT REFERENCES new_operators (id),
	holder   TEXT REFERENCES holders (id),
	made     INTEGER NOT NULL CHECK (made % 86400 = 0),
	expires  INTEGER NOT NULL,
	CHECK ((operator IS NULL) <> (holder IS NULL))
) STRICT;
INSERT INTO new_links (hash, operator, holder, made, expires) SELECT hash, operator, holder, made, expires FROM links;

CREATE TABLE new_logins (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT NOT NULL REFERENCES new_operators (id)
) STRICT;
INSERT INTO new_logins (hash, operator) SELECT hash, operator FROM logins;

CREATE TABLE new_tokens (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	id       TEXT NOT NULL UNIQUE CHECK (octet_length(id) = 26),
	operator TEXT NOT NULL REFERENCES new_operators (id),
	name     TEXT NOT NULL CHECK (octet_length(name) <= 320),
	scopes   TEXT NOT NULL CHECK (octet_length(scopes) <= 512),
	expires  INTEGER NOT NULL
) STRICT;
INSERT INTO new_tokens (hash, id, operator, name, scopes, expires) SELECT hash, id, operator, name, scopes, expires FROM tokens;

DROP TABLE links;
DROP TABLE logins;
DROP TABLE tokens;
DROP TABLE operators;
ALTER TABLE new_operators RENAME TO operators;
ALTER TABLE new_links RENAME TO links;
ALTER TABLE new_logins RENAME TO logins;
ALTER TABLE new_tokens RENAME TO tokens;
CREATE INDEX links_operator ON links (operator);
CREATE INDEX links_holder ON links (holder);
CREATE INDEX links_expires ON links (expires);
CREATE INDEX logins_operator ON logins (operator);
CREATE INDEX tokens_operator ON tokens (operator);

-- What people are told at desks before they choose, in the operator's own words, by
-- language: JSON, as it is hashed. An empty text says that from then on the program's
-- own counts. None is ever changed or removed: results name it by its hash.
CREATE TABLE desk_notices (
	number    INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
	hash      BLOB NOT NULL CHECK (octet_length(hash) = 32),
	published INTEGER NOT NULL,
	document  TEXT NOT NULL CHECK (octet_length(document) <= 32768)
) STRICT;
