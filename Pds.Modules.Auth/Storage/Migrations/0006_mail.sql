-- Mail on its way, the codes that were mailed, and what proves a sign-in beside the password.

CREATE TABLE auth.mail (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient  text NOT NULL,
    subject    text NOT NULL,
    text       text NOT NULL,
    html       text NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    next_at    timestamptz NOT NULL
);

CREATE INDEX mail_next_at ON auth.mail (next_at);

CREATE TABLE auth.mailed_token (
    did        text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    purpose    smallint NOT NULL,
    hash       bytea NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (did, purpose)
);

CREATE INDEX mailed_token_hash ON auth.mailed_token (hash);

-- last_step is the time step of the last code that was used: no code is good twice. confirmed_at is null until a code has proven
-- that the secret arrived.
CREATE TABLE auth.authenticator (
    did          text COLLATE "C" PRIMARY KEY REFERENCES auth.account (did) ON DELETE CASCADE,
    secret       bytea NOT NULL,
    last_step    bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz
);

CREATE TABLE auth.recovery_code (
    did  text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    hash bytea NOT NULL,
    PRIMARY KEY (did, hash)
);

ALTER TABLE auth.account ADD COLUMN email_factor boolean NOT NULL DEFAULT false;

-- A sign-in that has given its password and waits for its second factor.
CREATE TABLE auth.sign_in_ticket (
    hash       bytea PRIMARY KEY,
    device_id  text COLLATE "C" NOT NULL REFERENCES auth.device (id) ON DELETE CASCADE,
    did        text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    remember   boolean NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
