-- Accounts that get no invite codes any more, and why.
ALTER TABLE auth.account
    ADD COLUMN invites_disabled boolean NOT NULL DEFAULT false,
    ADD COLUMN invite_note text;

CREATE INDEX invite_code_created_at ON auth.invite_code (created_at DESC, code DESC);
