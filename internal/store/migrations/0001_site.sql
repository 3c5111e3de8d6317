-- The controller's half of a site. Every column says how long what it holds can
-- be. Times are Unix seconds, unless a column says otherwise. Truth is 0 or 1.

-- Which process has what only one may have at a time, by the database's clock.
CREATE TABLE leases (
	name  TEXT NOT NULL PRIMARY KEY CHECK (octet_length(name) <= 64),
	owner TEXT NOT NULL CHECK (octet_length(owner) <= 64),
	until INTEGER NOT NULL
) STRICT;

-- What the site is: one row. config is JSON.
CREATE TABLE site (
	one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	id      BLOB NOT NULL CHECK (octet_length(id) = 8),
	demo    INTEGER NOT NULL CHECK (demo IN (0, 1)),
	version INTEGER NOT NULL CHECK (version > 0),
	config  TEXT NOT NULL CHECK (octet_length(config) <= 65536)
) STRICT;

-- What the ledger is to say, in the order in which it was queued. idx is where it
-- stands in the ledger; the entry is dropped some time after that.
CREATE TABLE ledger_queue (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	entry BLOB CHECK (octet_length(entry) <= 4096),
	idx   INTEGER UNIQUE,
	CHECK (entry IS NOT NULL OR idx IS NOT NULL)
) STRICT;
CREATE INDEX ledger_queue_waiting ON ledger_queue (id) WHERE idx IS NULL;
CREATE INDEX ledger_queue_done ON ledger_queue (id) WHERE entry IS NOT NULL AND idx IS NOT NULL;

-- The newest checkpoint that was published of the ledger, as it was signed.
CREATE TABLE ledger_checkpoint (
	one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	signed BLOB NOT NULL CHECK (octet_length(signed) <= 16384)
) STRICT;

-- The status lists. signed is the newest signed form, null before there is one;
-- issued is the date in it; version counts how often it was signed.
CREATE TABLE status_lists (
	list    INTEGER NOT NULL PRIMARY KEY,
	issued  INTEGER NOT NULL,
	version INTEGER NOT NULL,
	signed  BLOB CHECK (octet_length(signed) <= 262144)
) STRICT;

-- The places that were ever given away, and what they say (0 valid, 1 invalid). A
-- row is never removed, so that a place is never given away again.
CREATE TABLE status_places (
	list   INTEGER NOT NULL,
	place  INTEGER NOT NULL,
	status INTEGER NOT NULL CHECK (status IN (0, 1)),
	PRIMARY KEY (list, place)
) STRICT, WITHOUT ROWID;

-- Lists that have changed since they were signed; many rows may say the same, so
-- that nobody who issues waits for another.
CREATE TABLE status_changes (
	id   INTEGER PRIMARY KEY AUTOINCREMENT,
	list INTEGER NOT NULL
) STRICT;

-- One row for each pass, without the pass. What could tell whose it was can be
-- null, and is once that is erased. until is when an open docket is abandoned,
-- null for one that is closed. opener may go on with it.
CREATE TABLE dockets (
	id         BLOB NOT NULL PRIMARY KEY CHECK (octet_length(id) = 16),
	state      TEXT NOT NULL CHECK (state IN ('intended', 'signed', 'issued', 'abandoned', 'revoked')),
	not_before INTEGER NOT NULL,
	expires    INTEGER NOT NULL,
	zones      TEXT NOT NULL CHECK (octet_length(zones) <= 256),
	hours      TEXT NOT NULL CHECK (octet_length(hours) <= 512),
	list       INTEGER NOT NULL,
	place      INTEGER NOT NULL,
	consent    BLOB CHECK (octet_length(consent) = 16),
	record     BLOB CHECK (octet_length(record) <= 384),
	models     BLOB CHECK (octet_length(models) <= 64),
	phone      BLOB CHECK (octet_length(phone) = 64),
	signed     BLOB CHECK (octet_length(signed) = 32),
	salt       BLOB CHECK (octet_length(salt) = 32),
	since      INTEGER NOT NULL,
	until      INTEGER,
	opener     TEXT CHECK (octet_length(opener) <= 64)
) STRICT;
CREATE INDEX dockets_open ON dockets (until) WHERE until IS NOT NULL;
CREATE INDEX dockets_consent ON dockets (consent) WHERE consent IS NOT NULL;
CREATE INDEX dockets_expires ON dockets (expires);

-- Doors and stations. epochs are ids of four bytes each. given is when a door got
-- its first secret, in nanoseconds, 0 before. version counts changes.
CREATE TABLE members (
	id        BLOB NOT NULL PRIMARY KEY CHECK (octet_length(id) = 8),
	kind      TEXT NOT NULL CHECK (kind IN ('door', 'station')),
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
	version   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX members_name ON members (name) WHERE state <> 'removed';

-- What stations sealed to a door: only the door can open it.
CREATE TABLE member_secrets (
	member BLOB NOT NULL REFERENCES members (id) ON DELETE CASCADE,
	number INTEGER NOT NULL,
	secret BLOB NOT NULL CHECK (octet_length(secret) <= 65536),
	PRIMARY KEY (member, number)
) STRICT, WITHOUT ROWID;

-- Codes with which doors and stations join. hash is the SHA-256 of the secret, of
-- which name is the beginning. member used it, with keys of that hash.
CREATE TABLE join_codes (
	name    BLOB NOT NULL PRIMARY KEY CHECK (octet_length(name) = 4),
	kind    TEXT NOT NULL CHECK (kind IN ('door', 'station')),
	called  TEXT NOT NULL CHECK (octet_length(called) <= 320),
	zone    TEXT NOT NULL CHECK (octet_length(zone) <= 24),
	hash    BLOB NOT NULL CHECK (octet_length(hash) = 32),
	made    INTEGER NOT NULL,
	wrong   INTEGER NOT NULL,
	member  BLOB CHECK (octet_length(member) = 8),
	keys    BLOB CHECK (octet_length(keys) = 32)
) STRICT;

-- PINs: worth nothing without the pepper of a zone, and never the code.
CREATE TABLE pins (
	number     TEXT NOT NULL PRIMARY KEY CHECK (octet_length(number) = 8),
	state      TEXT NOT NULL CHECK (state IN ('intended', 'issued', 'abandoned', 'revoked')),
	not_before INTEGER NOT NULL,
	expires    INTEGER NOT NULL,
	hours      TEXT NOT NULL CHECK (octet_length(hours) <= 512),
	salt       BLOB CHECK (octet_length(salt) = 32),
	until      INTEGER
) STRICT;
CREATE INDEX pins_open ON pins (until) WHERE until IS NOT NULL;

CREATE TABLE pin_zones (
	zone   TEXT NOT NULL CHECK (octet_length(zone) <= 24),
	number TEXT NOT NULL REFERENCES pins (number) ON DELETE CASCADE,
	salt   BLOB NOT NULL CHECK (octet_length(salt) = 16),
	tag    BLOB NOT NULL CHECK (octet_length(tag) = 32),
	PRIMARY KEY (zone, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX pin_zones_number ON pin_zones (number);

-- Zones whose PINs have changed since they were signed, as status_changes.
CREATE TABLE pin_changes (
	id   INTEGER PRIMARY KEY AUTOINCREMENT,
	zone TEXT NOT NULL CHECK (octet_length(zone) <= 24)
) STRICT;

-- What is refused since a theft: sealing keys, and peppers older than a time in
-- nanoseconds.
CREATE TABLE refused_keys (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	epoch  BLOB NOT NULL UNIQUE CHECK (octet_length(epoch) = 4)
) STRICT;
CREATE TABLE refused_peppers (
	zone   TEXT NOT NULL PRIMARY KEY CHECK (octet_length(zone) <= 24),
	before INTEGER NOT NULL
) STRICT;

-- What doors of a zone counted on a day, together and rounded: from least to most.
CREATE TABLE counts (
	day    TEXT NOT NULL CHECK (octet_length(day) = 10),
	zone   TEXT NOT NULL CHECK (octet_length(zone) <= 24),
	reason TEXT NOT NULL CHECK (octet_length(reason) <= 32),
	least  INTEGER NOT NULL,
	most   INTEGER NOT NULL,
	PRIMARY KEY (day, zone, reason)
) STRICT, WITHOUT ROWID;

-- The last day of which a door has sent counts, so that none is taken twice.
CREATE TABLE counted (
	member BLOB NOT NULL PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
	day    TEXT NOT NULL CHECK (octet_length(day) = 10)
) STRICT, WITHOUT ROWID;

-- What a door's machine said of itself: how often, and on which day last.
CREATE TABLE reports (
	member BLOB NOT NULL REFERENCES members (id) ON DELETE CASCADE,
	kind   TEXT NOT NULL CHECK (octet_length(kind) <= 32),
	times  INTEGER NOT NULL,
	last   TEXT NOT NULL CHECK (octet_length(last) = 10),
	PRIMARY KEY (member, kind)
) STRICT, WITHOUT ROWID;

-- Bundles: the newest and the one before. Numbers only grow.
CREATE TABLE bundles (
	number INTEGER NOT NULL PRIMARY KEY,
	body   BLOB NOT NULL CHECK (octet_length(body) <= 1048576)
) STRICT;

-- What the PINs of a zone were signed as last, so that the same content has the
-- same hash.
CREATE TABLE pin_objects (
	zone   TEXT NOT NULL PRIMARY KEY CHECK (octet_length(zone) <= 24),
	body   BLOB NOT NULL CHECK (octet_length(body) <= 4194304)
) STRICT;
