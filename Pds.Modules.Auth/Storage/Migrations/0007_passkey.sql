-- Passkeys. user_id is what an authenticator is told in place of the DID: a hash of it, the same for all passkeys of an account.

CREATE TABLE auth.passkey (
    credential_id   bytea PRIMARY KEY,
    did             text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    user_id         text COLLATE "C" NOT NULL,
    public_key      bytea NOT NULL,
    sign_count      bigint NOT NULL,
    transports      text[] NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up       boolean NOT NULL,
    name            text NOT NULL,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz
);

CREATE INDEX passkey_did ON auth.passkey (did);
CREATE INDEX passkey_user_id ON auth.passkey (user_id);
