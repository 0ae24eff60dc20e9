-- A key that was reserved for an account before there is one: asked again, the same is given.
ALTER TABLE repo.signing_key ADD COLUMN reserved_for text COLLATE "C" CONSTRAINT signing_key_reserved_for UNIQUE;
