-- What a holder says is wrong in what they cannot change themselves, and what the
-- operator answered: the newest of each holder.
CREATE TABLE corrections (
	holder   TEXT NOT NULL PRIMARY KEY REFERENCES holders (id),
	version  INTEGER NOT NULL,
	wish     TEXT NOT NULL CHECK (octet_length(wish) BETWEEN 1 AND 1200),
	asked    INTEGER NOT NULL CHECK (asked % 86400 = 0),
	answer   TEXT NOT NULL CHECK (octet_length(answer) <= 1200),
	answered INTEGER NOT NULL CHECK (answered % 86400 = 0)
) STRICT;
CREATE INDEX corrections_waiting ON corrections (asked) WHERE answered = 0;

-- Requests that are to be done once, however often they are sent and to whichever
-- controller. Both are hashes under a secret of who asks; no answer is kept.
CREATE TABLE claims (
	hash    BLOB NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
	request BLOB NOT NULL CHECK (octet_length(request) = 32),
	expires INTEGER NOT NULL
) STRICT;
CREATE INDEX claims_expires ON claims (expires);
