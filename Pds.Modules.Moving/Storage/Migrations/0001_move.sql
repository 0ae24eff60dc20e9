-- Accounts on their way here from other servers. A row is found by the hash of a key that only the person's browser has; what is
-- secret lies sealed in it, and goes as soon as the move needs it no longer.

CREATE SCHEMA IF NOT EXISTS moving;

CREATE TABLE moving.move (
    id         bytea PRIMARY KEY,
    caller     bytea NOT NULL,
    did        text COLLATE "C",
    secret     text,
    state      smallint NOT NULL,
    step       smallint NOT NULL DEFAULT 0,
    done       bigint NOT NULL DEFAULT 0,
    total      bigint,
    pause      smallint,
    problem    text,
    detail     text,
    report     jsonb,
    attempts   int NOT NULL DEFAULT 0,
    answers    int NOT NULL DEFAULT 0,
    next_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE INDEX move_due ON moving.move (next_at) WHERE state = 0;
CREATE INDEX move_caller ON moving.move (caller, created_at);
CREATE INDEX move_changed ON moving.move (changed_at);
CREATE INDEX move_did ON moving.move (did);
