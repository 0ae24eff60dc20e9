-- Administrators at the console. hash is that of the token under the administrator's password and the server's secret: a session
-- is found no more once one of them is another, and a copy of the database lets no one in.
CREATE TABLE auth.console_session (
    hash      bytea PRIMARY KEY,
    opened_at timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL
);

-- A mail that was given up stays for a while, for somebody to see why.
ALTER TABLE auth.mail
    ADD COLUMN last_error text,
    ADD COLUMN given_up_at timestamptz;

CREATE INDEX account_created_at ON auth.account (created_at DESC, did DESC);
CREATE INDEX audit_subject ON auth.audit (subject text_pattern_ops, id DESC);
