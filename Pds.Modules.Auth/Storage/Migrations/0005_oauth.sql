-- What apps ask for, what they were granted, and what people have agreed to. Of requests, codes and refresh tokens only hashes
-- are kept: a copy of the database lets no one in.

-- A request from the push until its code is exchanged. It is bound to the first browser that opens it.
CREATE TABLE auth.oauth_request (
    id            bytea PRIMARY KEY,
    client_id     text COLLATE "C" NOT NULL,
    parameters    text NOT NULL,
    dpop_jkt      text COLLATE "C",
    client_key    text COLLATE "C",
    pushed_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    device_id     text COLLATE "C",
    did           text COLLATE "C" REFERENCES auth.account (did) ON DELETE CASCADE,
    granted_scope text,
    denied        boolean NOT NULL DEFAULT false,
    code          bytea CONSTRAINT oauth_request_code UNIQUE
);

CREATE INDEX oauth_request_expires_at ON auth.oauth_request (expires_at);

-- What one app may do for one account, from one sign-in. Deleting it is revoking it; generation counts the refreshes.
CREATE TABLE auth.oauth_session (
    id                 text COLLATE "C" PRIMARY KEY,
    did                text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    client_id          text COLLATE "C" NOT NULL,
    device_id          text COLLATE "C",
    scope              text NOT NULL,
    dpop_jkt           text COLLATE "C" NOT NULL,
    client_key         text COLLATE "C",
    code               bytea NOT NULL CONSTRAINT oauth_session_code UNIQUE,
    refresh_token      bytea,
    generation         integer NOT NULL,
    created_at         timestamptz NOT NULL,
    last_used_at       timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL
);

CREATE INDEX oauth_session_did ON auth.oauth_session (did);
CREATE INDEX oauth_session_expires_at ON auth.oauth_session (expires_at);

-- The scopes that an account has granted an app before: it is not asked for them again.
CREATE TABLE auth.oauth_consent (
    did        text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    client_id  text COLLATE "C" NOT NULL,
    scopes     text[] NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (did, client_id)
);
