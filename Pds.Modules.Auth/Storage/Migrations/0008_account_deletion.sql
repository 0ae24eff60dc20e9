-- Accounts whose row is gone while other modules may still have something of theirs; worked_at tells when somebody last took
-- it on. The DID is not given to a new account before the row goes.
CREATE TABLE auth.account_deletion (
    did       text COLLATE "C" PRIMARY KEY,
    worked_at timestamptz NOT NULL
);

CREATE INDEX account_delete_after ON auth.account (delete_after) WHERE delete_after IS NOT NULL;
