-- People, what they agreed to, and who looks after them. Every column says how
-- long what it holds can be. Times are Unix seconds; a day is its midnight, UTC.

-- A holder: a label that the operator chose, and whatever contact was given.
-- Nothing else is asked for. sort and find are made from the same words.
CREATE TABLE holders (
	id       TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) = 26),
	label    TEXT NOT NULL CHECK (octet_length(label) BETWEEN 1 AND 320),
	contact  TEXT NOT NULL CHECK (octet_length(contact) <= 480),
	under14  INTEGER NOT NULL CHECK (under14 IN (0, 1)),
	guardian TEXT NOT NULL CHECK (octet_length(guardian) <= 320),
	sort     BLOB NOT NULL CHECK (octet_length(sort) <= 640),
	find     TEXT NOT NULL CHECK (octet_length(find) <= 1600),
	version  INTEGER NOT NULL,
	created  INTEGER NOT NULL CHECK (created % 86400 = 0)
) STRICT;
CREATE INDEX holders_sort ON holders (sort, id);

-- A notice, as it is hashed. None is ever changed or removed.
CREATE TABLE notices (
	hash      BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	rules     TEXT NOT NULL CHECK (rules IN ('everybody', 'children')),
	number    INTEGER NOT NULL,
	published INTEGER NOT NULL,
	document  TEXT NOT NULL CHECK (octet_length(document) <= 65536),
	UNIQUE (rules, number)
) STRICT;

-- A consent, as consent.Record encodes it, and its receipt. holder is null once
-- the holder was deleted; the rest is kept until keep, as proof that it was
-- given.
CREATE TABLE consents (
	hash      BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 16),
	holder    TEXT REFERENCES holders (id),
	notice    BLOB NOT NULL REFERENCES notices (hash),
	record    BLOB NOT NULL CHECK (octet_length(record) <= 384),
	receipt   TEXT NOT NULL CHECK (octet_length(receipt) <= 262144),
	purpose   INTEGER NOT NULL,
	signed    INTEGER NOT NULL CHECK (signed IN (0, 1)),
	guardian  INTEGER NOT NULL CHECK (guardian IN (0, 1)),
	given     INTEGER NOT NULL,
	until     INTEGER NOT NULL,
	withdrawn INTEGER NOT NULL,
	keep      INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_holder ON consents (holder);
CREATE INDEX consents_notice ON consents (notice);
CREATE INDEX consents_until ON consents (until) WHERE withdrawn = 0;
CREATE INDEX consents_keep ON consents (keep);

-- Whose a plain pass is, or who made it for a guest. The pass itself is nowhere.
CREATE TABLE holder_passes (
	pass     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(pass) = 16),
	holder   TEXT NOT NULL REFERENCES holders (id),
	guest    TEXT NOT NULL CHECK (octet_length(guest) <= 320),
	expires  INTEGER NOT NULL,
	replaces BLOB UNIQUE CHECK (octet_length(replaces) = 16)
) STRICT;
CREATE INDEX holder_passes_holder ON holder_passes (holder);
CREATE INDEX holder_passes_expires ON holder_passes (expires);

-- What opens a commitment about a person in the ledger. Without its salt a
-- commitment says nothing. queue is its place in ledger_queue.
CREATE TABLE openings (
	entry  BLOB NOT NULL PRIMARY KEY CHECK (octet_length(entry) = 32),
	holder TEXT REFERENCES holders (id),
	salt   BLOB NOT NULL CHECK (octet_length(salt) = 32),
	queue  INTEGER NOT NULL,
	body   TEXT NOT NULL CHECK (octet_length(body) <= 4096),
	keep   INTEGER NOT NULL
) STRICT;
CREATE INDEX openings_holder ON openings (holder);
CREATE INDEX openings_keep ON openings (keep);

-- Acts that are recorded, or about to be, and have not taken effect: what a crash
-- leaves of one is recorded as not done.
CREATE TABLE intents (
	entry   INTEGER NOT NULL PRIMARY KEY,
	expires INTEGER NOT NULL,
	undo    TEXT NOT NULL CHECK (octet_length(undo) <= 512)
) STRICT;

CREATE TABLE operators (
	id        TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) = 26),
	pseudonym TEXT NOT NULL UNIQUE CHECK (octet_length(pseudonym) = 7),
	name      TEXT NOT NULL CHECK (octet_length(name) <= 320),
	role      TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'front-desk', 'auditor')),
	version   INTEGER NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('invited', 'active', 'removed'))
) STRICT;

-- Links open a page once: an operator's first, or a holder's. Of whatever is secret
-- only a SHA-256 is kept.
CREATE TABLE links (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT REFERENCES operators (id),
	holder   TEXT REFERENCES holders (id),
	made     INTEGER NOT NULL CHECK (made % 86400 = 0),
	expires  INTEGER NOT NULL,
	CHECK ((operator IS NULL) <> (holder IS NULL))
) STRICT;
CREATE INDEX links_operator ON links (operator);
CREATE INDEX links_holder ON links (holder);
CREATE INDEX links_expires ON links (expires);

-- A browser in which a holder's page is open. It ends at expires, and at idle
-- unless that is put off before.
CREATE TABLE holder_sessions (
	hash    BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	holder  TEXT NOT NULL REFERENCES holders (id),
	expires INTEGER NOT NULL,
	idle    INTEGER NOT NULL
) STRICT;
CREATE INDEX holder_sessions_holder ON holder_sessions (holder);
CREATE INDEX holder_sessions_expires ON holder_sessions (expires);

-- A passkey's public key, counter and flags, without attestation.
CREATE TABLE holder_passkeys (
	id         BLOB NOT NULL PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 1023),
	holder     TEXT NOT NULL REFERENCES holders (id),
	label      TEXT NOT NULL CHECK (octet_length(label) <= 320),
	made       INTEGER NOT NULL CHECK (made % 86400 = 0),
	credential TEXT NOT NULL CHECK (octet_length(credential) <= 4096)
) STRICT;
CREATE INDEX holder_passkeys_holder ON holder_passkeys (holder);

-- SHA-256 of issuer and subject of OpenID Connect.
CREATE TABLE logins (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT NOT NULL REFERENCES operators (id)
) STRICT;
CREATE INDEX logins_operator ON logins (operator);

CREATE TABLE tokens (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	id       TEXT NOT NULL UNIQUE CHECK (octet_length(id) = 26),
	operator TEXT NOT NULL REFERENCES operators (id),
	name     TEXT NOT NULL CHECK (octet_length(name) <= 320),
	scopes   TEXT NOT NULL CHECK (octet_length(scopes) <= 512),
	expires  INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_operator ON tokens (operator);

-- What operators decide beside the site's own configuration, as JSON.
CREATE TABLE settings (
	name    TEXT NOT NULL PRIMARY KEY CHECK (octet_length(name) <= 40),
	version INTEGER NOT NULL,
	value   TEXT NOT NULL CHECK (octet_length(value) <= 4096)
) STRICT;
