-- Browsers, known by a cookie of which only the counter is kept, and who is signed in with them.

CREATE TABLE auth.device (
    id         text COLLATE "C" PRIMARY KEY,
    generation integer NOT NULL,
    rotated_at timestamptz NOT NULL,
    user_agent text NOT NULL,
    address    text NOT NULL
);

CREATE INDEX device_rotated_at ON auth.device (rotated_at);

CREATE TABLE auth.device_account (
    device_id    text COLLATE "C" NOT NULL REFERENCES auth.device (id) ON DELETE CASCADE,
    did          text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    remembered   boolean NOT NULL,
    signed_in_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, did)
);

CREATE INDEX device_account_did ON auth.device_account (did);
