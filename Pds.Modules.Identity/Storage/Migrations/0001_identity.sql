-- Who is who on this server: one row for each account, and for each that is about to be one.

CREATE SCHEMA IF NOT EXISTS identity;

-- genesis holds the operation of a DID made here until it is in the directory; genesis_cid outlives it, for undoing.
-- status is AtProto.AccountStatus: 0 active, 1 deactivated, 2 taken down, 3 suspended.
CREATE TABLE identity.account (
    did         text COLLATE "C" PRIMARY KEY,
    handle      text COLLATE "C" NOT NULL UNIQUE,
    status      smallint NOT NULL,
    genesis     jsonb,
    genesis_cid text COLLATE "C",
    created_at  timestamptz NOT NULL
);
