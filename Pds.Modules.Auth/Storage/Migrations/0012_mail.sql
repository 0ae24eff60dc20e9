-- Mail that a moderator wrote may leave by another server than the rest.
ALTER TABLE auth.mail ADD COLUMN from_moderators boolean NOT NULL DEFAULT false;

-- Requests for a new password, answered behind those who asked: identifier is what was typed, whether or not there is such an account.
CREATE TABLE auth.reset_request (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    identifier text NOT NULL,
    language   text NOT NULL,
    asked_at   timestamptz NOT NULL,
    due_at     timestamptz NOT NULL
);

CREATE INDEX reset_request_due_at ON auth.reset_request (due_at);
