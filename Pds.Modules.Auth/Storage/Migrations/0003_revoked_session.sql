-- OAuth sessions that ended while access tokens of them may still be about. Those are checked without the database, so every
-- replica keeps these ids in mind; after the life of a token a row is deleted.
CREATE TABLE auth.revoked_session (
    session_id text COLLATE "C" PRIMARY KEY,
    did        text COLLATE "C" NOT NULL,
    revoked_at timestamptz NOT NULL
);

CREATE INDEX revoked_session_revoked_at ON auth.revoked_session (revoked_at);
