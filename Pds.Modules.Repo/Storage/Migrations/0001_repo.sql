-- Repositories, blobs, signing keys and the event log.
--
-- CIDs are their 36 binary bytes, revisions the 64 bits of their TID. Values of up to 8 kB stay in their row, as they
-- are: they are hashes and short text, which compression does not shrink, and a row in one place is read in one go.

CREATE SCHEMA IF NOT EXISTS repo;

-- Private keys are sealed (AES-256-GCM). A key is reserved first, when no DID exists yet, and bound by repo.repo.
CREATE TABLE repo.signing_key (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    did_key    text COLLATE "C" NOT NULL UNIQUE,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- One row per repository. A commit rewrites cid, rev, data and commit, none of which is indexed, and half of each
-- page is left free: the new version lands on the same page and no index is touched (HOT).
CREATE TABLE repo.repo (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    did            text COLLATE "C" NOT NULL UNIQUE,
    signing_key_id bigint NOT NULL REFERENCES repo.signing_key (id),
    status         smallint NOT NULL,
    created_at     timestamptz NOT NULL,
    rev            bigint NOT NULL,
    cid            bytea NOT NULL,
    data           bytea NOT NULL,
    commit         bytea NOT NULL
) WITH (fillfactor = 50, toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);

-- The nodes of every repository's current tree. rev is the commit that brought the node, which answers "since".
CREATE TABLE repo.node (
    repo_id bigint NOT NULL,
    cid     bytea NOT NULL,
    rev     bigint NOT NULL,
    bytes   bytea NOT NULL,
    PRIMARY KEY (repo_id, cid)
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);

-- The current records; value is the block itself. link finds an equal follow, block, like or repost: 64 bits of
-- the hash of its collection and subject, for those collections only.
CREATE TABLE repo.record (
    repo_id    bigint NOT NULL,
    collection text COLLATE "C" NOT NULL,
    rkey       text COLLATE "C" NOT NULL,
    rev        bigint NOT NULL,
    link       bigint,
    cid        bytea NOT NULL,
    value      bytea NOT NULL,
    takedown   text,
    PRIMARY KEY (repo_id, collection, rkey)
) WITH (toast_tuple_target = 8160);

CREATE INDEX record_link ON repo.record (repo_id, link) WHERE link IS NOT NULL;
CREATE INDEX record_cid ON repo.record (repo_id, cid);

-- What is known of a blob's bytes, once per repository. The bytes lie in the blob store under storage_key, which no
-- other upload ever shares, from the moment of the upload. A blob is temporary until a record names it.
CREATE TABLE repo.blob (
    repo_id     bigint NOT NULL,
    cid         bytea NOT NULL,
    mime_type   text NOT NULL,
    size        bigint NOT NULL,
    storage_key text NOT NULL,
    temporary   boolean NOT NULL,
    takedown    text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (repo_id, cid)
);

CREATE INDEX blob_temporary ON repo.blob (created_at) WHERE temporary;

-- Which record names which blob; also blobs whose bytes have not arrived yet, as after an import.
CREATE TABLE repo.record_blob (
    repo_id    bigint NOT NULL,
    cid        bytea NOT NULL,
    collection text COLLATE "C" NOT NULL,
    rkey       text COLLATE "C" NOT NULL,
    rev        bigint NOT NULL,
    PRIMARY KEY (repo_id, cid, collection, rkey)
);

CREATE INDEX record_blob_record ON repo.record_blob (repo_id, collection, rkey);

-- Files of the blob store that nothing needs any more: written by the transaction that dropped the last use, deleted
-- from the store, then from here.
CREATE TABLE repo.blob_deletion (
    storage_key text PRIMARY KEY,
    created_at  timestamptz NOT NULL
);

-- The stream. body is a whole frame without its sequence number, which belongs at byte seq_at.
CREATE TABLE repo.event (
    seq     bigint PRIMARY KEY,
    repo_id bigint NOT NULL,
    time    timestamptz NOT NULL,
    kind    smallint NOT NULL,
    seq_at  integer NOT NULL,
    body    bytea NOT NULL
) WITH (toast_tuple_target = 8160);

CREATE INDEX event_repo ON repo.event (repo_id);

-- Whoever appends events locks this row first, so that numbers are given in the order in which they become visible, without
-- gaps. The next number follows the newest event, or floor where that is higher: after pruning, or after a restore.
CREATE TABLE repo.sequencer (
    floor bigint NOT NULL
);

INSERT INTO repo.sequencer (floor) VALUES (0);

ALTER TABLE repo.repo ALTER commit SET STORAGE EXTERNAL;
ALTER TABLE repo.node ALTER bytes SET STORAGE EXTERNAL;
ALTER TABLE repo.record ALTER value SET STORAGE EXTERNAL;
ALTER TABLE repo.event ALTER body SET STORAGE EXTERNAL;
