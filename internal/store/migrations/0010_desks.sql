-- Desks join as doors and stations do. What kinds there are is a rule of two tables,
-- which are made anew with it, and with them those that refer to one. origin is where
-- browsers find a desk, such as https://desk.example, and empty for all others.
CREATE TABLE new_members (
	id        BLOB NOT NULL PRIMARY KEY CHECK (octet_length(id) = 8),
	kind      TEXT NOT NULL CHECK (kind IN ('door', 'station', 'desk')),
	name      TEXT NOT NULL CHECK (octet_length(name) <= 320),
	zone      TEXT NOT NULL CHECK (octet_length(zone) <= 24),
	tls_key   BLOB NOT NULL CHECK (octet_length(tls_key) <= 1024),
	relay_key BLOB CHECK (octet_length(relay_key) <= 2048),
	hosts     TEXT NOT NULL CHECK (octet_length(hosts) <= 8192),
	state     TEXT NOT NULL CHECK (state IN ('joined', 'approved', 'removed')),
	joined    INTEGER NOT NULL,
	epochs    BLOB CHECK (octet_length(epochs) <= 4096),
	given     INTEGER NOT NULL,
	stolen    INTEGER NOT NULL CHECK (stolen IN (0, 1)),
	version   INTEGER NOT NULL,
	origin    TEXT NOT NULL DEFAULT '' CHECK (octet_length(origin) <= 300)
) STRICT;
INSERT INTO new_members (id, kind, name, zone, tls_key, relay_key, hosts, state, joined, epochs, given, stolen, version, origin)
	SELECT id, kind, name, zone, tls_key, relay_key, hosts, state, joined, epochs, given, stolen, version, '' FROM members;

CREATE TABLE new_member_secrets (
	member BLOB NOT NULL REFERENCES new_members (id) ON DELETE CASCADE,
	number INTEGER NOT NULL,
	secret BLOB NOT NULL CHECK (octet_length(secret) <= 65536),
	PRIMARY KEY (member, number)
) STRICT, WITHOUT ROWID;
INSERT INTO new_member_secrets (member, number, secret) SELECT member, number, secret FROM member_secrets;

CREATE TABLE new_counted (
	member BLOB NOT NULL PRIMARY KEY REFERENCES new_members (id) ON DELETE CASCADE,
	day    TEXT NOT NULL CHECK (octet_length(day) = 10)
) STRICT, WITHOUT ROWID;
INSERT INTO new_counted (member, day) SELECT member, day FROM counted;

CREATE TABLE new_reports (
	member BLOB NOT NULL REFERENCES new_members (id) ON DELETE CASCADE,
	kind   TEXT NOT NULL CHECK (octet_length(kind) <= 32),
	times  INTEGER NOT NULL,
	last   TEXT NOT NULL CHECK (octet_length(last) = 10),
	PRIMARY KEY (member, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO new_reports (member, kind, times, last) SELECT member, kind, times, last FROM reports;

-- Those that refer to it first: otherwise their rows would go with it.
DROP TABLE member_secrets;
DROP TABLE counted;
DROP TABLE reports;
DROP TABLE members;
ALTER TABLE new_members RENAME TO members;
ALTER TABLE new_member_secrets RENAME TO member_secrets;
ALTER TABLE new_counted RENAME TO counted;
ALTER TABLE new_reports RENAME TO reports;
CREATE UNIQUE INDEX members_name ON members (name) WHERE state <> 'removed';

CREATE TABLE new_join_codes (
	name    BLOB NOT NULL PRIMARY KEY CHECK (octet_length(name) = 4),
	kind    TEXT NOT NULL CHECK (kind IN ('door', 'station', 'desk')),
	called  TEXT NOT NULL CHECK (octet_length(called) <= 320),
	zone    TEXT NOT NULL CHECK (octet_length(zone) <= 24),
	hash    BLOB NOT NULL CHECK (octet_length(hash) = 32),
	made    INTEGER NOT NULL,
	wrong   INTEGER NOT NULL,
	member  BLOB CHECK (octet_length(member) = 8),
	keys    BLOB CHECK (octet_length(keys) = 32),
	origin  TEXT NOT NULL DEFAULT '' CHECK (octet_length(origin) <= 300)
) STRICT;
INSERT INTO new_join_codes (name, kind, called, zone, hash, made, wrong, member, keys, origin)
	SELECT name, kind, called, zone, hash, made, wrong, member, keys, '' FROM join_codes;
DROP TABLE join_codes;
ALTER TABLE new_join_codes RENAME TO join_codes;

-- Who may ask for results at desks: organisations. document is JSON: names, addresses,
-- a public key, the hash of a secret. version counts changes.
CREATE TABLE relying_parties (
	id       TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 64),
	version  INTEGER NOT NULL CHECK (version > 0),
	document TEXT NOT NULL CHECK (octet_length(document) <= 32768)
) STRICT;

-- How checks at all desks of the site ended on a day, together and rounded: from least
-- to most.
CREATE TABLE desk_counts (
	day     TEXT NOT NULL CHECK (octet_length(day) = 10),
	outcome TEXT NOT NULL CHECK (octet_length(outcome) <= 32),
	least   INTEGER NOT NULL,
	most    INTEGER NOT NULL,
	PRIMARY KEY (day, outcome)
) STRICT, WITHOUT ROWID;
