-- How operators sign in to their pages. Of whatever is secret only a SHA-256 is
-- kept. Times are Unix seconds, 0 for never.

-- One row for each browser in which an operator is signed in.
CREATE TABLE operator_sessions (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT NOT NULL CHECK (octet_length(operator) BETWEEN 1 AND 64),
	way      TEXT NOT NULL CHECK (way IN ('passkey', 'code', 'openid', 'invitation')),
	browser  TEXT NOT NULL CHECK (octet_length(browser) <= 40),
	started  INTEGER NOT NULL,
	seen     INTEGER NOT NULL,
	fresh    INTEGER NOT NULL
) STRICT;
CREATE INDEX operator_sessions_operator ON operator_sessions (operator);
CREATE INDEX operator_sessions_started ON operator_sessions (started);

-- A passkey's public key, counter and flags, without attestation. handle is what
-- authenticators know its operator by.
CREATE TABLE operator_passkeys (
	id         BLOB NOT NULL PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 1023),
	operator   TEXT NOT NULL CHECK (octet_length(operator) BETWEEN 1 AND 64),
	handle     BLOB NOT NULL CHECK (octet_length(handle) = 32),
	name       TEXT NOT NULL CHECK (octet_length(name) <= 320),
	credential TEXT NOT NULL CHECK (octet_length(credential) <= 4096),
	added      INTEGER NOT NULL,
	used       INTEGER NOT NULL
) STRICT;
CREATE INDEX operator_passkeys_operator ON operator_passkeys (operator);

CREATE TABLE operator_codes (
	hash     BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	operator TEXT NOT NULL CHECK (octet_length(operator) BETWEEN 1 AND 64)
) STRICT;
CREATE INDEX operator_codes_operator ON operator_codes (operator);
