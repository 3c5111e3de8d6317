-- The controller's half of a site.

-- Which process has what only one may have at a time. Times are Unix seconds by
-- the database's clock.
CREATE TABLE leases (
	name  TEXT NOT NULL PRIMARY KEY CHECK (octet_length(name) <= 64),
	owner TEXT NOT NULL CHECK (octet_length(owner) <= 64),
	until INTEGER NOT NULL
) STRICT;
