-- The keys that sign access tokens, and the ring of ASP.NET Data Protection that encrypts them and the pages' cookies.

-- Inserted some minutes before active_from, so that every replica knows a key before the first token made with it.
CREATE TABLE auth.signing_key (
    kid         text COLLATE "C" PRIMARY KEY,
    protected   bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    active_from timestamptz NOT NULL
);

-- Each element is encrypted under a secret of the operator: a copy of the database alone opens nothing.
CREATE TABLE auth.data_protection_key (
    name       text COLLATE "C" PRIMARY KEY,
    xml        text NOT NULL,
    created_at timestamptz NOT NULL
);
