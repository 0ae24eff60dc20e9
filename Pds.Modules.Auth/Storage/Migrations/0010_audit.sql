-- What administrators and the moderation service have done, for their successors to read.
CREATE TABLE auth.audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text NOT NULL,
    action  text NOT NULL,
    subject text,
    detail  text,
    address text
);
