-- Accounts, their sessions and passwords, invitations, and sign-ups that are under way.

CREATE SCHEMA IF NOT EXISTS auth;

-- Only accounts that are complete: whoever finds a row here may rely on an identity and a repository.
CREATE TABLE auth.account (
    did                text COLLATE "C" PRIMARY KEY,
    email              text COLLATE "C" NOT NULL CONSTRAINT account_email UNIQUE,
    email_confirmed_at timestamptz,
    password           text,
    created_at         timestamptz NOT NULL,
    deactivated_at     timestamptz,
    delete_after       timestamptz,
    takedown_ref       text
);

CREATE TABLE auth.app_password (
    did        text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    name       text NOT NULL,
    hash       bytea NOT NULL,
    privileged boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (did, name)
);

-- A token that was used keeps the id of its successor and lives on for a short while, so that a client which lost the
-- answer may ask again. Revoking is deleting.
CREATE TABLE auth.refresh_token (
    id           text COLLATE "C" PRIMARY KEY,
    did          text COLLATE "C" NOT NULL REFERENCES auth.account (did) ON DELETE CASCADE,
    app_password text,
    next_id      text COLLATE "C",
    expires_at   timestamptz NOT NULL,
    FOREIGN KEY (did, app_password) REFERENCES auth.app_password (did, name) ON DELETE CASCADE
);

CREATE INDEX refresh_token_did ON auth.refresh_token (did, app_password);

-- used also counts the sign-ups under way, so that the last use cannot be taken twice.
CREATE TABLE auth.invite_code (
    code           text COLLATE "C" PRIMARY KEY,
    available_uses integer NOT NULL,
    used           integer NOT NULL DEFAULT 0,
    disabled       boolean NOT NULL DEFAULT false,
    for_account    text COLLATE "C" NOT NULL,
    created_by     text COLLATE "C" NOT NULL,
    created_at     timestamptz NOT NULL
);

CREATE INDEX invite_code_for_account ON auth.invite_code (for_account);

CREATE TABLE auth.invite_code_use (
    code    text COLLATE "C" NOT NULL REFERENCES auth.invite_code (code),
    used_by text COLLATE "C" NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (code, used_by)
);

CREATE INDEX invite_code_use_used_by ON auth.invite_code_use (used_by);

-- A sign-up that has begun: it holds the address, and knows what to undo if it never ends. did is null for an identity
-- that is made here, which the handle then finds.
CREATE TABLE auth.sign_up (
    signing_key text COLLATE "C" PRIMARY KEY,
    handle      text COLLATE "C" NOT NULL CONSTRAINT sign_up_handle UNIQUE,
    email       text COLLATE "C" NOT NULL CONSTRAINT sign_up_email UNIQUE,
    did         text COLLATE "C" CONSTRAINT sign_up_did UNIQUE,
    invite_code text COLLATE "C",
    started_at  timestamptz NOT NULL
);
