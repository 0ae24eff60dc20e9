-- Rotation keys that owners have said to be theirs, whether or not their DIDs still list them.
CREATE TABLE identity.rotation_key (
    did     text COLLATE "C" NOT NULL,
    did_key text COLLATE "C" NOT NULL,
    PRIMARY KEY (did, did_key)
);
